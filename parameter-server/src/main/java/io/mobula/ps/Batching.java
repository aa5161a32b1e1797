package io.mobula.ps;

/**
 * How many pushes of a worker go to the shards as one, with one message to each. They are sent when
 * one of the bounds is reached, and at {@code clock}, {@code flush}, {@code exchange} and
 * {@code close}.
 *
 * @param pushes how many at most; 1 sends each at once
 * @param bytes how many bytes of keys and gradients, about
 */
public record Batching(int pushes, long bytes) {
  private static final long DEFAULT_BYTES = 1 << 20;

  /** Refuses bounds below 1. */
  public Batching {
    if (pushes < 1 || bytes < 1) {
      throw new IllegalArgumentException("Wanted " + pushes + " pushes or " + bytes
          + " bytes to go as one: use 1 or more of each.");
    }
  }

  /** Each push is sent at once. */
  public static Batching none() {
    return new Batching(1, DEFAULT_BYTES);
  }

  /** So many pushes go as one, or 1 MiB if that is less. */
  public static Batching of(int pushes) {
    return new Batching(pushes, DEFAULT_BYTES);
  }
}
