package io.mobula.contract;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Something to wait for that works across processes: a file that is there or not.
 *
 * @param file its path
 */
public record FileLatch(String file) {

  /** Lets everybody through, for good. */
  public void open() throws IOException {
    Files.createFile(Path.of(file));
  }

  /** Whether it is open. */
  public boolean isOpen() {
    return Files.exists(Path.of(file));
  }

  /** Waits until it is open. Blocks the thread, and is interruptible. */
  public void await() throws Exception {
    PollingAssert.until(file + " is there", this::isOpen);
  }

  /** Waits until it is open, whatever interrupts come. */
  public void awaitUninterruptibly() throws Exception {
    while (!isOpen()) {
      try {
        await();
      } catch (InterruptedException goesOn) {
        Thread.interrupted();
      }
    }
  }
}
