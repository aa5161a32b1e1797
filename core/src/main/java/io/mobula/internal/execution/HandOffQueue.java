package io.mobula.internal.execution;

import io.mobula.internal.lane.SpinWait;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Queue of an {@link ElasticPool} that accepts work only if an idle thread waits for it, so that
 * the pool otherwise makes a new thread.
 *
 * <p>One idle thread at a time polls for frames before it parks. Work that arrives meanwhile is
 * given to that thread without a wake-up; most likely the thread itself has received the frame that
 * brought the work.
 */
final class HandOffQueue extends LinkedTransferQueue<Runnable> {
  private static final long serialVersionUID = 1L;

  @SuppressWarnings("serial") // never serialized
  private final transient Supplier<SpinWait> spinWait;

  private final transient AtomicReference<@Nullable SpinningWorker> spinningWorker =
      new AtomicReference<>();

  /** Idle thread that polls, and the work that it was given meanwhile. */
  private static final class SpinningWorker extends AtomicReference<@Nullable Runnable> {
    private static final long serialVersionUID = 1L;
    private static final Runnable GONE = new Gone();

    /** Marker in place of work: the thread polls no more. */
    private record Gone() implements Runnable {
      @Override
      public void run() {
        throw new IllegalStateException("A mark was run as work");
      }
    }

    boolean give(Runnable work) {
      return compareAndSet(null, work);
    }

    boolean isGiven() {
      return get() != null;
    }

    @SuppressWarnings("ReferenceEquality") // a marker is known by identity
    @Nullable
    Runnable leave() {
      var given = getAndSet(GONE);
      return given == GONE ? null : given;
    }
  }

  HandOffQueue(Supplier<SpinWait> spinWait) {
    this.spinWait = spinWait;
  }

  @Override
  public boolean offer(Runnable work) {
    var looking = spinningWorker.get();
    return (looking != null && looking.give(work)) || tryTransfer(work);
  }

  @Override
  public @Nullable Runnable poll(long timeout, TimeUnit unit) throws InterruptedException {
    var found = poll();
    if (found == null) {
      found = spinForWork();
    }
    return found == null ? super.poll(timeout, unit) : found;
  }

  private @Nullable Runnable spinForWork() {
    var out = spinWait.get();
    var mine = new SpinningWorker();
    if (!out.isWorthwhile() || !spinningWorker.compareAndSet(null, mine)) {
      return null;
    }
    Runnable given = null;
    try {
      var _ = out.spinUntil(() -> mine.isGiven() || !isEmpty());
    } finally {
      spinningWorker.set(null);
      given = mine.leave();
    }
    return given == null ? poll() : given;
  }
}
