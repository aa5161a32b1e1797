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
 * The thread that takes in what peers of this host write into rings, and hands every frame of this
 * process to its receiver, those that came over Artery, too. It looks out for some microseconds
 * when there is nothing, then sleeps until somebody rings its bell. While it sleeps a thread that
 * waits for a frame may do its work; see {@link SpinWait}. One thread at a time does.
 */
final class RingPoller implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RingPoller.class);

  /** Longer costs the threads that have work, where these are more than the cores. */
  private static final long SPIN_NANOS = 5_000;

  /** How long a thread that waits for a frame takes in frames: some round trips of a ring. */
  private static final long LOOKOUT_NANOS = 40_000;

  private static final int FRAMES_A_TURN = 256;
  private static final int MOST_LAST_TURNS = 128;
  private static final long SLEEP_NANOS = Duration.ofSeconds(1).toNanos();
  private static final long LOOK_NANOS = Duration.ofMillis(1).toNanos();
  private static final long BEHIND_NANOS = LOOK_NANOS / 10;
  private static final Duration END = Duration.ofSeconds(5);

  private final Doorbell doorbell;
  private final PeerTransport.Receiver receiver;
  private final IntSupplier flush;
  private final BooleanSupplier hasBacklog;
  private final AtomicReferenceArray<@Nullable Source> sources =
      new AtomicReferenceArray<>(Doorbell.RINGS);

  /** Bounded by what may be on the way over Artery, and by the number of peers. */
  private final Queue<Runnable> actions = new ConcurrentLinkedQueue<>();

  private final ReentrantLock turns = new ReentrantLock();
  private final AtomicBoolean helped = new AtomicBoolean();
  private final Thread thread = new Thread(this::run, "mobula-lanes");
  private volatile boolean closed;
  private final IntConsumer readReady = this::readReady;
  private int work; // of this turn, under the lock
  private int silent; // sources that cannot wake; under the lock

  /** A ring and who writes it, and whether that process can wake this one. */
  record Source(NodeId from, RingReader ring, boolean wakes) {}

  /**
   * Starts the thread.
   *
   * @param flush writes what did not fit into rings; returns how many frames did now
   * @param isBehind whether some still do not
   */
  RingPoller(
      Doorbell doorbell,
      PeerTransport.Receiver receiver,
      IntSupplier flush,
      BooleanSupplier isBehind) {
    this.doorbell = doorbell;
    this.receiver = receiver;
    this.flush = flush;
    this.hasBacklog = isBehind;
    thread.setDaemon(true);
    thread.start();
  }

  /** Has this run by the thread, after what it was given before. It must not block. */
  void execute(Runnable action) {
    actions.add(action);
    doorbell.wake();
  }

  /** Reads this ring from now on; what is in it comes after what was given before. */
  void add(int number, Source source) {
    execute(() -> {
      sources.set(number, source);
      silent += source.wakes() ? 0 : 1;
      doorbell.markReady(number);
    });
  }

  /** Reads what its writer has committed to the end, then forgets the ring. */
  void remove(int number, Runnable then) {
    execute(() -> {
      var source = sources.get(number);
      if (source != null) {
        for (int turns = 0; turns < MOST_LAST_TURNS && read(source) > 0; turns++) {
          // what a ring can hold; a writer that lives and was taken for dead may write on
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
      } catch (Throwable broken) { // nobody else would read what peers send
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

  /** See {@link SpinWait#spinUntil}: in the place of the thread, which is not woken meanwhile. */
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

  /** Looks out for a while, in case more comes at once; true when there is something. */
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

  /** Whether somebody writes who cannot wake: then the thread has to look. */
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
    } catch (Throwable broken) { // one must not stop the others
      HeapExhaustion.exitIfExhausted(broken);
      LOG.error("What the thread of the lanes was given has failed", broken);
    }
  }

  private int read(Source source) {
    try {
      return source.ring().read(FRAMES_A_TURN, frame -> receive(source.from(), frame));
    } catch (RuntimeException | Error broken) { // what was read is gone, what comes after it is not
      HeapExhaustion.exitIfExhausted(broken);
      LOG.error("A frame of node {} could not be read", source.from(), broken);
      return 1;
    }
  }

  private void receive(NodeId from, byte[] frame) {
    try {
      receiver.received(from, frame);
    } catch (Throwable broken) { // one bad frame must not stop the others
      HeapExhaustion.exitIfExhausted(broken);
      LOG.error(
          "A frame of {} bytes from node {} could not be handled", frame.length, from, broken);
    }
  }

  /** Ends the thread, and waits for it unless it is the caller. */
  @Override
  public void close() {
    closed = true;
    doorbell.wake();
    try {
      if (Thread.currentThread() != thread && !thread.join(END)) {
        LOG.warn("The thread of the lanes is still busy {} after it was told to end", END);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
