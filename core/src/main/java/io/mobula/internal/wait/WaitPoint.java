package io.mobula.internal.wait;

/**
 * Something that others may wait for, or that waits itself. Asked from any thread; the answer is
 * one look, and must neither block nor run users' code.
 */
@FunctionalInterface
public interface WaitPoint {
  /** What it waits for at this moment. */
  WaitStep waitStep();
}
