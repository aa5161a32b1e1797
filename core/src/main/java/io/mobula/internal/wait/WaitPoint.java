package io.mobula.internal.wait;

/** Subject of a wait: something that waits, or that others wait for. */
@FunctionalInterface
public interface WaitPoint {
  /**
   * Returns what this waits for at the moment. Any thread may call; the method must be quick, and
   * must neither block nor run user code.
   */
  WaitStep waitStep();
}
