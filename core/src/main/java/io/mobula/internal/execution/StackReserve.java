package io.mobula.internal.execution;

/**
 * Check that the calling thread's stack has room for a step that must not end half done. A message
 * to an Akka actor is such a step: where the stack overflows between the mark that the actor's
 * mailbox will be run and the hand-over to a thread that runs it, nobody ever runs it, and the
 * actor is dead. Threads of programs, and bodies of tasks, may send with any stack.
 */
public final class StackReserve {
  /** Frames of a known least size, more than 150 bytes when compiled: 16 KiB in all. */
  private static final int FRAMES = 96;

  private StackReserve() {}

  /**
   * Throws {@link StackOverflowError} here, before anything has begun, if there are not about 16
   * KiB. Costs less than a microsecond.
   */
  public static void require() {
    if (descend(FRAMES, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12) == 0) {
      throw new IllegalStateException("An odd number is zero"); // else nobody would need the frames
    }
  }

  /** Returns an odd number. The arguments are needed after the call, so each frame has them. */
  private static long descend(
      int frames,
      long a,
      long b,
      long c,
      long d,
      long e,
      long f,
      long g,
      long h,
      long i,
      long j,
      long k,
      long l) {
    if (frames == 0) {
      return a | 1;
    }
    long below = descend(frames - 1, b, c, d, e, f, g, h, i, j, k, l, a + frames);
    return (below + 2 * (a ^ b ^ c ^ d ^ e ^ f ^ g ^ h ^ i ^ j ^ k ^ l)) | 1;
  }
}
