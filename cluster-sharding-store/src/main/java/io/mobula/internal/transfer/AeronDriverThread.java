package io.mobula.internal.transfer;

import io.aeron.driver.MediaDriver;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.IdleStrategy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread in which a media driver works. Unlike Aeron's own it goes on after a page of a log was
 * not there, as happens while the file system is full: Aeron leaves that log for the next work, and
 * logs that have their pages go on.
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

  /** Starts it for a driver that was launched without threads, and is closed with this. */
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

  /** Ends the thread, then the driver. */
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
