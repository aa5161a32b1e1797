package io.mobula.internal.lane;

import io.mobula.NodeId;
import io.mobula.internal.process.HeapExhaustion;
import io.mobula.internal.ring.Doorbell;
import io.mobula.internal.ring.RingReader;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Thread that reads the rings which peers of this host write, and passes every frame of this
 * process to its receiver, including those that came over Artery. When there is nothing to read it
 * spins for some microseconds and then sleeps until its doorbell is signalled. While it sleeps, a
 * thread that waits for a frame may do its work (see {@link SpinWait}); one thread at a time does.
 */
final class RingPoller implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RingPoller.class);

  /**
   * Time to spin before sleeping. A longer time slows down the threads that have work, where there
   * are more threads than cores.
   */
  private static final long SPIN_NANOS = 5_000;

  /** Time for which a thread that waits for a frame polls the rings: some round trips of a ring. */
  private static final long LOOKOUT_NANOS = 40_000;

  private static final int FRAMES_A_TURN = 256;
  private static final int MAX_LAST_TURNS = 128;
  private static final long SLEEP_NANOS = Duration.ofSeconds(1).toNanos();
  private static final long LOOK_NANOS = Duration.ofMillis(1).toNanos();
  private static final long BEHIND_NANOS = LOOK_NANOS / 10;
  private static final Duration END = Duration.ofSeconds(5);

  private final Doorbell doorbell;
  private final FrameConsumer receiver;
  private final IntSupplier flush;
  private final BooleanSupplier hasBacklog;
  private final AtomicReferenceArray<@Nullable Source> sources =
      new AtomicReferenceArray<>(Doorbell.RINGS);

  /**
   * Work for the thread. Bounded by what may be outstanding over Artery, and by the number of
   * peers.
   */
  private final Queue<Runnable> actions = new ConcurrentLinkedQueue<>();

  private final ReentrantLock turns = new ReentrantLock();
  private final AtomicBoolean helped = new AtomicBoolean();
  private final Thread thread = new Thread(this::run, "mobula-transport");
  private volatile boolean closed;
  private final IntConsumer readReady = this::readReady;
  private int work; // done in this turn; under the lock
  private int silent; // number of sources that cannot wake this process; under the lock

  /** Ring, the process that writes it, and whether that process can wake this one. */
  record Source(NodeId from, RingReader ring, boolean wakes) {}

  /**
   * Creates the poller and starts its thread.
   *
   * @param flush writes queued frames into rings; returns how many were written
   * @param isBehind whether frames are still queued
   */
  RingPoller(
      Doorbell doorbell, FrameConsumer receiver, IntSupplier flush, BooleanSupplier isBehind) {
    this.doorbell = doorbell;
    this.receiver = receiver;
    this.flush = flush;
    this.hasBacklog = isBehind;
    thread.setDaemon(true);
    thread.start();
  }

  /** Has the thread run this action after earlier ones. The action must not block. */
  void execute(Runnable action) {
    actions.add(action);
    doorbell.wake();
  }

  /** Starts to read this ring, after everything passed to {@link #execute} before. */
  void add(int number, Source source) {
    execute(() -> {
      sources.set(number, source);
      silent += source.wakes() ? 0 : 1;
      doorbell.markReady(number);
    });
  }

  /** Reads everything that the writer has committed, then stops reading the ring. */
  void remove(int number, Runnable then) {
    execute(() -> {
      var source = sources.get(number);
      if (source != null) {
        for (int turns = 0; turns < MAX_LAST_TURNS && read(source) > 0; turns++) {
          // one ring's capacity at most: a writer that lives and was declared dead may go on
          // writing
        }
        sources.set(number, null);
        silent -= source.wakes() ? 0 : 1;
      }
      then.run();
    });
  }

  private void run() {
    while (!closed) {
      try {
        if (lockedTurn() == 0 && !spin()) {
          sleep();
        }
      } catch (Throwable broken) { // no other thread would read what peers send
        HeapExhaustion.exitIfExhausted(broken);
        LOG.error("A turn of the thread of the lanes has failed", broken);
      }
    }
  }

  private int lockedTurn() {
    turns.lock();
    try {
      return turn();
    } finally {
      turns.unlock();
    }
  }

  /**
   * Reads rings in the place of the sleeping thread, which is not woken meanwhile, for
   * {@link SpinWait#spinUntil}.
   */
  boolean pollUntil(BooleanSupplier done) {
    if (!Doorbell.canWake()
        || closed
        || turns.isHeldByCurrentThread()
        || !helped.compareAndSet(false, true)) {
      return done.getAsBoolean();
    }
    boolean inItsPlace = false;
    try {
      boolean isDone = done.getAsBoolean();
      for (long end = System.nanoTime() + LOOKOUT_NANOS;
          !isDone && !closed && System.nanoTime() - end < 0;
          isDone = done.getAsBoolean()) {
        inItsPlace |= doorbell.takeOver();
        if (!takeTurn()) {
          Thread.onSpinWait();
        }
      }
      return isDone;
    } finally {
      if (inItsPlace) {
        doorbell.handBack(() -> hasMore() || hasSilent());
      }
      helped.set(false);
    }
  }

  private boolean takeTurn() {
    if (!(doorbell.isAnyReady() || hasMore()) || !turns.tryLock()) {
      return false;
    }
    try {
      turn();
      return true;
    } finally {
      turns.unlock();
    }
  }

  /**
   * Spins for a while in case more arrives at once; returns true when there is something to read.
   */
  private boolean spin() {
    for (long end = System.nanoTime() + SPIN_NANOS; System.nanoTime() - end < 0; ) {
      if (doorbell.isAnyReady() || hasMore()) {
        return true;
      }
      Thread.onSpinWait();
    }
    return false;
  }

  private void sleep() {
    long usual = hasSilent() ? LOOK_NANOS : SLEEP_NANOS;
    doorbell.sleep(hasBacklog.getAsBoolean() ? BEHIND_NANOS : usual, this::hasMore);
  }

  /**
   * Returns whether there is a writer that cannot wake this process, so that the thread has to
   * poll.
   */
  private boolean hasSilent() {
    turns.lock();
    try {
      return silent > 0;
    } finally {
      turns.unlock();
    }
  }

  private boolean hasMore() {
    return closed || !actions.isEmpty();
  }

  private int turn() {
    work = 0;
    for (var action = actions.poll(); action != null; action = actions.poll()) {
      perform(action);
      work++;
    }
    doorbell.takeReady(readReady);
    return work + flush.getAsInt();
  }

  private void readReady(int number) {
    var source = sources.get(number);
    if (source != null) {
      int frames = read(source);
      work += frames;
      if (frames == FRAMES_A_TURN) {
        doorbell.markReady(number);
      }
    }
  }

  private static void perform(Runnable action) {
    try {
      action.run();
    } catch (Throwable broken) { // one action must not stop the others
      HeapExhaustion.exitIfExhausted(broken);
      LOG.error("What the thread of the lanes was given has failed", broken);
    }
  }

  private int read(Source source) {
    try {
      return source.ring().read(FRAMES_A_TURN, frame -> receive(source.from(), frame));
    } catch (RuntimeException | Error broken) { // what was read is lost, what comes after it is not
      HeapExhaustion.exitIfExhausted(broken);
      LOG.error("A frame of node {} could not be read", source.from(), broken);
      return 1;
    }
  }

  private void receive(NodeId from, byte[] frame) {
    try {
      receiver.received(from, frame);
    } catch (Throwable broken) { // one malformed frame must not stop the frames after it
      HeapExhaustion.exitIfExhausted(broken);
      LOG.error(
          "A frame of {} bytes from node {} could not be handled", frame.length, from, broken);
    }
  }

  /** Ends the thread, and waits for its end unless it is the caller. */
  @Override
  public void close() {
    closed = true;
    doorbell.wake();
    try {
      if (Thread.currentThread() != thread && !thread.join(END)) {
        LOG.warn("The transport's thread is still busy {} after it was asked to end", END);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
