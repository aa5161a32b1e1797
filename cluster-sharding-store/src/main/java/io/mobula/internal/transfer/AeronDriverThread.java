package io.mobula.internal.transfer;

import io.aeron.driver.MediaDriver;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.IdleStrategy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Thread that runs a media driver. Unlike Aeron's own runner, it continues after a page of a log
 * could not be accessed, which happens while the file system is full: Aeron abandons the current
 * work on that log, and the logs that have their pages continue.
 */
final class AeronDriverThread implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AeronDriverThread.class);
  private static final long BETWEEN_WARNINGS = TimeUnit.SECONDS.toNanos(10);
  private static final long AFTER_FAULT = TimeUnit.MILLISECONDS.toNanos(1);

  private final MediaDriver driver;
  private final IdleStrategy idle;
  private final Thread thread;
  private volatile boolean closed;
  private boolean warned;
  private long warnedAt;

  private AeronDriverThread(MediaDriver driver, IdleStrategy idle) {
    this.driver = driver;
    this.idle = idle;
    this.thread = Thread.ofPlatform().daemon().name("mobula-transfer-driver").unstarted(this::run);
  }

  /**
   * Starts the thread for a driver that was launched without threads. Closing the thread closes the
   * driver.
   */
  static AeronDriverThread start(MediaDriver driver, IdleStrategy idle) {
    var started = new AeronDriverThread(driver, idle);
    started.thread.start();
    return started;
  }

  private void run() {
    var invoker = driver.sharedAgentInvoker();
    while (!closed) {
      try {
        idle.idle(invoker.invoke());
      } catch (InternalError fault) {
        warn(fault);
        LockSupport.parkNanos(this, AFTER_FAULT);
      } catch (Throwable e) {
        LOG.error("The media driver has ended", e);
        throw e;
      }
    }
  }

  private void warn(InternalError fault) {
    long now = System.nanoTime();
    if (!warned || now - warnedAt > BETWEEN_WARNINGS) {
      warned = true;
      warnedAt = now;
      LOG.warn(
          "A page of {} is not there; its file system may be full",
          driver.aeronDirectoryName(),
          fault);
    }
  }

  /** Ends the thread, then closes the driver. */
  @Override
  public void close() {
    closed = true;
    boolean interrupted = false;
    while (thread.isAlive()) {
      LockSupport.unpark(thread);
      try {
        thread.join(10);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    driver.close();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
