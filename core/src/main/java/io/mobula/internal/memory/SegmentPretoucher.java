package io.mobula.internal.memory;

import io.mobula.error.MobulaException;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Thread that touches the pages of new segments once, so that the first copy into them does not
 * cause page faults.
 *
 * <p>The thread also creates the next standard segment on request. Touching reads one byte of each
 * page, so it may run while others write. A segment enters the queue at most once. There is no
 * thread if pretouching is switched off.
 */
final class SegmentPretoucher {
  private static final Logger LOG = LoggerFactory.getLogger(SegmentPretoucher.class);

  /** Memory whose pages this process has not mapped yet. */
  interface UntouchedMemory {
    /**
     * Maps {@link Segment#TOUCH_BYTES} from {@code offset} into this process by reading; returns
     * whether more is left to touch.
     */
    boolean touch(long offset);
  }

  private final Queue<UntouchedMemory> untouchedMemory = new ArrayDeque<>();
  private boolean prepareRequested;
  private boolean closed;
  private @Nullable StoreThread thread;

  /** Starts the thread; {@code makeNext} creates a segment and passes it to {@link #touch}. */
  synchronized void start(String storeName, Runnable makeNext) {
    thread = StoreThread.start("mobula-pretouch-" + storeName, () -> run(makeNext));
  }

  /** Queues a new segment to be touched by the thread. */
  synchronized void touch(UntouchedMemory segment) {
    if (thread != null && !closed) {
      untouchedMemory.add(segment);
      notifyAll();
    }
  }

  /** Requests the next segment, which the thread creates soon. */
  synchronized void prepareAhead() {
    prepareRequested = true;
    notifyAll();
  }

  /** Stops the thread and waits for it, at most for the creation of one segment. */
  void close() {
    StoreThread running;
    synchronized (this) {
      closed = true;
      untouchedMemory.clear();
      notifyAll();
      running = thread;
    }
    if (running != null) {
      running.join();
    }
  }

  private void run(Runnable makeNext) {
    while (awaitWork()) {
      UntouchedMemory segment = poll();
      if (segment != null) {
        touchAll(segment);
      } else {
        make(makeNext);
      }
    }
  }

  private synchronized boolean awaitWork() {
    while (!closed && untouchedMemory.isEmpty() && !prepareRequested) {
      try {
        wait();
      } catch (InterruptedException interrupted) {
        return false;
      }
    }
    return !closed;
  }

  private synchronized @Nullable UntouchedMemory poll() {
    UntouchedMemory segment = untouchedMemory.poll();
    prepareRequested &= segment != null;
    return segment;
  }

  private void touchAll(UntouchedMemory segment) {
    try {
      long offset = 0;
      while (!isClosed() && segment.touch(offset)) {
        offset += Segment.TOUCH_BYTES;
      }
    } catch (InternalError missing) { // thrown by the JVM when a page cannot be accessed
      LOG.info("Memory is not touched ahead: {}", missing.getMessage());
    }
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  private static void make(Runnable makeNext) {
    try {
      makeNext.run();
    } catch (MobulaException e) {
      LOG.info("No segment prepared ahead; the next allocation tries again: {}", e.getMessage());
    }
  }
}
