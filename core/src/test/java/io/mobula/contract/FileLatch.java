package io.mobula.contract;

import io.mobula.testkit.PollingAssert;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Latch across processes: a file that exists once the latch is open.
 *
 * @param file path of the file
 */
public record FileLatch(String file) {

  /** Opens the latch for good. */
  public void open() throws IOException {
    Files.createFile(Path.of(file));
  }

  /** Returns whether the latch is open. */
  public boolean isOpen() {
    return Files.exists(Path.of(file));
  }

  /** Waits until the latch is open. Blocks the thread, and is interruptible. */
  public void await() throws Exception {
    PollingAssert.until(file + " is there", this::isOpen);
  }

  /** Waits until the latch is open, ignoring interrupts. */
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
