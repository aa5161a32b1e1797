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

  /** For how many times as long as a silent child one is waited for that says so. */
  static final int MOST = 6;

  private final CountDownLatch started = new CountDownLatch(1);

  private StartingNotice() {}

  /** Says so on standard output at once, and every second. */
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
    } catch (InterruptedException e) { // nobody does; its parent takes it for silent then
      Thread.currentThread().interrupt();
    }
  }

  /** The child is up, or has failed. */
  @Override
  public void close() {
    started.countDown();
  }
}
