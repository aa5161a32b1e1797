package io.mobula.internal.memory;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watcher that reports the death of processes of this host, whatever its cause, by the locks on
 * their life files.
 *
 * <p>One daemon thread tries all locks every 50 milliseconds, which takes less than a microsecond
 * for each lock, and one wake-up for all. (A thread that blocks on the lock would know earlier, but
 * the kernel refuses two processes that wait for each other: EDEADLK.) The thread runs while a
 * process is watched. Any thread may call.
 */
public final class LifeLockWatcher implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LifeLockWatcher.class);
  private static final long POLL_MILLIS = 50;

  private final List<WatchedProcess> watchedProcess = new ArrayList<>();
  private @Nullable StoreThread thread;
  private boolean closed;

  /** Makes a watcher that watches nothing yet and has no thread. */
  public LifeLockWatcher() {}

  /**
   * Runs {@code then} once, in the watching thread, some 50 milliseconds after the process of this
   * store has died or closed the store. {@code then} must be quick.
   *
   * <p>The store must be on this host, for example one that was attached to: on another host its
   * file does not exist, which counts as the end of its process. For a store of this JVM,
   * {@code then} runs after the store is closed; its life file is not opened, as that would drop
   * its lock.
   *
   * @throws IllegalStateException if this watcher is closed
   */
  public synchronized SharedStore.WatchHandle onDeath(StoreAddress store, Runnable then) {
    if (closed) {
      throw new IllegalStateException("This life watch is closed; wanted to watch " + store);
    }
    WatchedProcess one = new WatchedProcess(Path.of(store.directory()), then);
    watchedProcess.add(one);
    if (thread == null) {
      thread = StoreThread.start("mobula-life-locks", this::run);
    }
    return one;
  }

  /** Ends all watches, and waits for the thread to end. Idempotent. */
  @Override
  public void close() {
    StoreThread running;
    synchronized (this) {
      closed = true;
      running = thread;
      notifyAll();
    }
    if (running != null) {
      running.join();
    }
  }

  private void run() {
    while (awaitNext()) {
      for (WatchedProcess dead : takeDead()) {
        dead.tell();
      }
    }
  }

  private synchronized boolean awaitNext() {
    long next = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(POLL_MILLIS);
    try {
      for (long left = 1; !closed && left > 0; ) {
        left = next - System.nanoTime();
        TimeUnit.NANOSECONDS.timedWait(this, left);
      }
    } catch (InterruptedException interrupted) {
      closed = true;
    }
    if (closed || watchedProcess.isEmpty()) {
      watchedProcess.forEach(WatchedProcess::release);
      watchedProcess.clear();
      thread = null;
      return false;
    }
    return true;
  }

  private synchronized List<WatchedProcess> takeDead() {
    List<WatchedProcess> dead = new ArrayList<>();
    for (Iterator<WatchedProcess> all = watchedProcess.iterator(); all.hasNext(); ) {
      WatchedProcess one = all.next();
      if (!one.isAlive()) {
        one.release();
        all.remove();
        dead.add(one);
      }
    }
    return dead;
  }

  private synchronized void forget(WatchedProcess one) {
    if (watchedProcess.remove(one)) {
      one.release();
    }
  }

  /**
   * Watch of one process by its life file, whose channel is opened once and used for every check.
   */
  private final class WatchedProcess implements SharedStore.WatchHandle {
    private final Path life;
    private final String name;
    private final Runnable then;
    private @Nullable FileChannel channel;
    private boolean warned;

    WatchedProcess(Path directory, Runnable then) {
      this.life = directory.resolve(LifeLock.FILE);
      this.name = directory.getFileName().toString();
      this.then = then;
    }

    @Override
    public void cancel() {
      forget(this);
    }

    boolean isAlive() {
      if (LifeLock.isOwn(name)) {
        return true;
      }
      try {
        return isLocked();
      } catch (NoSuchFileException gone) {
        return false;
      } catch (OverlappingFileLockException alreadyLocked) {
        return true; // another thread of this JVM is checking: the next round decides
      } catch (IOException e) {
        return assumeAlive(e);
      }
    }

    private boolean isLocked() throws IOException {
      FileChannel open = channel;
      if (open == null) {
        open = FileChannel.open(life, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
        channel = open;
      }
      try (FileLock free = open.tryLock(0, Long.MAX_VALUE, true)) {
        return free == null;
      }
    }

    private boolean assumeAlive(IOException e) {
      if (!warned) {
        LOG.warn("Cannot see whether the process of {} lives; will keep checking", life, e);
        warned = true;
      }
      release();
      return true;
    }

    void release() {
      FileChannel open = channel;
      channel = null;
      if (open != null) {
        try {
          open.close();
        } catch (IOException e) {
          LOG.warn("Cannot close {}", life, e);
        }
      }
    }

    void tell() {
      try {
        then.run();
      } catch (RuntimeException e) {
        LOG.error("What was to happen at the end of the process of {} failed", life, e);
      }
    }
  }
}
