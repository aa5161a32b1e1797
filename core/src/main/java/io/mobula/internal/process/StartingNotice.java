package io.mobula.internal.process;

import java.io.PrintStream;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The line by which a child says every second that it is still starting, so that its parent waits
 * for it on a machine that is slow. A thread of its own writes it, until this is closed.
 */
final class StartingNotice implements AutoCloseable {
  /** The line. */
  static final String LINE = "mobula-starting";

  /**
   * How many start limits a child may take in all that says that it is starting; a silent one may
   * take one.
   */
  static final int MOST = 6;

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
    } catch (InterruptedException e) { // nobody does; the parent would take the child for silent
      Thread.currentThread().interrupt();
    }
  }

  /** The child is up, or has failed. */
  @Override
  public void close() {
    started.countDown();
  }
}
