package io.mobula.ps;

/**
 * Limits on how many pushes of a worker are batched into one, with one message to each shard. A
 * batch is sent when a limit is reached, and at {@code clock}, {@code flush}, {@code exchange} and
 * {@code close}.
 *
 * @param pushes maximum number of pushes; 1 sends each at once
 * @param bytes approximate maximum number of bytes of keys and gradients
 */
public record PushBatchLimits(int pushes, long bytes) {
  private static final long DEFAULT_BYTES = 1 << 20;

  /** Refuses limits below 1. */
  public PushBatchLimits {
    if (pushes < 1 || bytes < 1) {
      throw new IllegalArgumentException(
          "Wanted " + pushes + " pushes or " + bytes + " bytes per batch: use 1 or more of each.");
    }
  }

  /** Returns limits that send each push at once. */
  public static PushBatchLimits none() {
    return new PushBatchLimits(1, DEFAULT_BYTES);
  }

  /** Returns limits of that many pushes or 1 MiB, whichever is reached first. */
  public static PushBatchLimits of(int pushes) {
    return new PushBatchLimits(pushes, DEFAULT_BYTES);
  }
}
