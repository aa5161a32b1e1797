package io.mobula.spi;

import java.time.Duration;

/** Timer for delayed actions, with a resolution of a millisecond. */
@FunctionalInterface
public interface DelayTimer {
  /**
   * Runs the action once, on a thread that it must not block; never if the node closes before.
   *
   * @return cancels the action
   */
  Runnable after(Duration delay, Runnable action);
}
