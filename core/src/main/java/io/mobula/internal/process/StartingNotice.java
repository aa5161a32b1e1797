package io.mobula.internal.process;

import java.io.PrintStream;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Line by which a child reports every second that it is still starting, so that its parent waits
 * longer on a slow machine. A daemon thread writes the line until the notice is closed.
 */
final class StartingNotice implements AutoCloseable {
  /** The line that the child writes. */
  static final String LINE = "mobula-starting";

  /**
   * Maximum time for a child that reports that it is starting, in start timeouts. A silent child
   * has one start timeout.
   */
  static final int MAX_TIMEOUTS = 6;

  private final CountDownLatch started = new CountDownLatch(1);

  private StartingNotice() {}

  /** Writes the line to standard output at once, and then every second. */
  static StartingNotice begin() {
    var notice = new StartingNotice();
    var out = System.out;
    Thread.ofPlatform().daemon().name("mobula-starting").start(() -> notice.repeat(out));
    return notice;
  }

  private void repeat(PrintStream out) {
    try {
      do {
        out.println(LINE);
      } while (!started.await(1, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      // nobody interrupts it; the parent would think that the child is silent
      Thread.currentThread().interrupt();
    }
  }

  /** Stops the notices, as the child is up or has failed. */
  @Override
  public void close() {
    started.countDown();
  }
}
