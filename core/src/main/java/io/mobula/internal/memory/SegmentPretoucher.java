package io.mobula.internal.memory;

import io.mobula.error.MobulaException;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that touches new segments once, so that the first copy into them does not pay for
 * their pages.
 *
 * <p>It also makes the next standard segment when it is asked to. Touching reads one byte of each
 * page, so it may run beside writers. The queue holds a segment at most once in its life. Without
 * pre-touching there is no thread.
 */
final class SegmentPretoucher {
  private static final Logger LOG = LoggerFactory.getLogger(SegmentPretoucher.class);

  /** A segment whose pages this process has not mapped yet. */
  interface UntouchedMemory {
    /**
     * Maps {@link Segment#TOUCH_BYTES} from {@code offset} into this process by reading; says
     * whether to go on after them.
     */
    boolean touch(long offset);
  }

  private final Queue<UntouchedMemory> untouchedMemory = new ArrayDeque<>();
  private boolean prepareRequested;
  private boolean closed;
  private @Nullable StoreThread thread;

  /** Starts the thread; {@code makeNext} makes a segment and comes back here to have it touched. */
  synchronized void start(String storeName, Runnable makeNext) {
    thread = StoreThread.start("mobula-warmer-" + storeName, () -> run(makeNext));
  }

  /** Has a new segment touched, some time soon. */
  synchronized void touch(UntouchedMemory segment) {
    if (thread != null && !closed) {
      untouchedMemory.add(segment);
      notifyAll();
    }
  }

  /** Has the next segment made, some time soon. */
  synchronized void prepareAhead() {
    prepareRequested = true;
    notifyAll();
  }

  /** Stops the thread and waits for it, at most for one segment being made. */
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
      } catch (InterruptedException nobodyShould) {
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
    long offset = 0;
    while (!isClosed() && segment.touch(offset)) {
      offset += Segment.TOUCH_BYTES;
    }
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  private static void make(Runnable makeNext) {
    try {
      makeNext.run();
    } catch (MobulaException e) {
      LOG.info("No segment prepared ahead; whoever needs one will try again: {}", e.getMessage());
    }
  }
}
