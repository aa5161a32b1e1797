package io.mobula.ps;

/**
 * How many pushes of a worker go to the shards as one, with one message to each. They are sent when
 * one of the bounds is reached, and at {@code clock}, {@code flush}, {@code exchange} and
 * {@code close}.
 *
 * @param pushes how many at most; 1 sends each at once
 * @param bytes how many bytes of keys and gradients, about
 */
public record PushBatchLimits(int pushes, long bytes) {
  private static final long DEFAULT_BYTES = 1 << 20;

  /** Refuses bounds below 1. */
  public PushBatchLimits {
    if (pushes < 1 || bytes < 1) {
      throw new IllegalArgumentException("Wanted " + pushes + " pushes or " + bytes
          + " bytes to go as one: use 1 or more of each.");
    }
  }

  /** Each push is sent at once. */
  public static PushBatchLimits none() {
    return new PushBatchLimits(1, DEFAULT_BYTES);
  }

  /** So many pushes go as one, or 1 MiB if that is less. */
  public static PushBatchLimits of(int pushes) {
    return new PushBatchLimits(pushes, DEFAULT_BYTES);
  }
}
