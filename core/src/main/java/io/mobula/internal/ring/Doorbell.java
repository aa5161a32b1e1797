package io.mobula.internal.ring;

import io.mobula.error.StoreException;
import io.mobula.internal.memory.FileHeader;
import io.mobula.internal.memory.SharedFile;
import io.mobula.internal.memory.SharedStore;
import io.mobula.internal.memory.StoreAddress;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Doorbell of the one thread of a process that reads its rings: a bit for each ring that has
 * something to read, a word to sleep on, and a flag that the reader sleeps. Any thread of any
 * process of the host may signal it.
 *
 * <p>No frame is missed while the reader sleeps. A writer commits, then sets the bit unless it is
 * set, then checks whether the reader sleeps. The reader clears a bit before it reads that ring,
 * and sets the sleep flag before it checks all bits once more. Full fences separate these steps on
 * both sides.
 *
 * <p>Without {@link Futex} the reader parks and checks again, after 50 microseconds to one
 * millisecond.
 */
public final class Doorbell implements AutoCloseable {
  /** Largest number of rings that one process can read. */
  public static final int RINGS = 1024;

  private static final String FILE = "bell";
  private static final int WORD = 0;
  private static final int SLEEPING = 64;
  private static final int BITS = 128;
  private static final int WORDS = RINGS / Long.SIZE;
  private static final int BYTES = 4096;
  private static final long MIN_PARK_NANOS = 50_000;
  private static final long MAX_PARK_NANOS = 1_000_000;

  private final @Nullable SharedFile own;
  private final MemorySegment word;
  private final UnsafeBuffer shared;
  private final MemorySegment timespec =
      Futex.isAvailable() ? Futex.timespec() : MemorySegment.NULL;
  private volatile @Nullable Thread parked;
  private long park = MIN_PARK_NANOS;

  private Doorbell(@Nullable SharedFile own, MemorySegment page) {
    this.own = own;
    this.word = page.asSlice(WORD, Integer.BYTES);
    this.shared = new UnsafeBuffer(page.asByteBuffer());
  }

  /** Creates this process's doorbell in the directory of its store. */
  public static Doorbell make(SharedStore store) {
    var file = SharedFile.create(
        store.directory().resolve(FILE),
        new FileHeader(FileHeader.Kind.DOORBELL, store.address().storeId(), 0, BYTES));
    return new Doorbell(file, file.append(BYTES));
  }

  /**
   * Opens the doorbell of another process.
   *
   * @throws StoreException if the file is missing or belongs to another store
   */
  public static Doorbell of(StoreAddress store) {
    var path = Path.of(store.directory(), FILE);
    var file = SharedFile.open(path);
    file.header().requireMatch(FileHeader.Kind.DOORBELL, store.storeId(), 0, path.toString());
    return new Doorbell(null, file.mapShared(0, BYTES));
  }

  /**
   * Returns whether this process can wake a sleeping reader. If it cannot, readers of its rings
   * have to poll them.
   */
  public static boolean canWake() {
    return Futex.isAvailable();
  }

  /**
   * Marks the ring of that number as having something to read, and wakes its reader if it sleeps.
   */
  public void signal(int number) {
    VarHandle.fullFence(); // the commit is visible to whoever finds the bit set, or clears it
    markReady(number);
    wake();
  }

  /** Wakes the reader if it sleeps, for whatever reason. */
  public void wake() {
    VarHandle.fullFence();
    if (shared.getIntVolatile(SLEEPING) != 0 && shared.compareAndSetInt(SLEEPING, 1, 0)) {
      shared.getAndAddInt(WORD, 1);
      if (Futex.isAvailable()) {
        Futex.wake(word);
      }
      LockSupport.unpark(parked);
    }
  }

  /** Marks the ring of that number as not read to its end. */
  public void markReady(int number) {
    int at = BITS + (number / Long.SIZE) * Long.BYTES;
    long bit = 1L << number;
    for (long bits = shared.getLongVolatile(at);
        (bits & bit) == 0 && !shared.compareAndSetLong(at, bits, bits | bit);
        bits = shared.getLongVolatile(at)) {
      Thread.onSpinWait();
    }
  }

  /**
   * Clears all bits and passes the number of each ring that had one to the consumer. Called by the
   * reader.
   */
  public void takeReady(IntConsumer each) {
    for (int i = 0; i < WORDS; i++) {
      int at = BITS + i * Long.BYTES;
      if (shared.getLongVolatile(at) != 0) {
        for (long bits = shared.getAndSetLong(at, 0); bits != 0; bits &= bits - 1) {
          each.accept(i * Long.SIZE + Long.numberOfTrailingZeros(bits));
        }
      }
    }
  }

  /** Returns whether any ring may have something to read. Called by the reader; cheap. */
  public boolean isAnyReady() {
    for (int i = 0; i < WORDS; i++) {
      if (shared.getLongVolatile(BITS + i * Long.BYTES) != 0) {
        return true;
      }
    }
    return false;
  }

  /**
   * Sleeps until the doorbell is signalled or the timeout has passed; returns at once if there is
   * something to read. Called by the reader.
   *
   * @param hasMore whether there is work that has no bit
   * @return false if there was something to read after the timeout had passed, which means that a
   *     wake-up was missed
   */
  public boolean sleep(long timeoutNanos, BooleanSupplier hasMore) {
    long begun = System.nanoTime();
    int before = shared.getIntVolatile(WORD);
    parked = Thread.currentThread();
    shared.putIntVolatile(SLEEPING, 1);
    VarHandle.fullFence();
    if (isAnyReady() || hasMore.getAsBoolean()) {
      shared.putIntVolatile(SLEEPING, 0);
      park = MIN_PARK_NANOS;
      return true;
    }
    if (Futex.isAvailable()) {
      Futex.await(word, before, timespec, timeoutNanos);
    } else {
      LockSupport.parkNanos(this, Math.min(timeoutNanos, park));
      park = Math.min(2 * park, MAX_PARK_NANOS);
    }
    boolean wasRung = !shared.compareAndSetInt(SLEEPING, 1, 0);
    // woken by a signal that was meant for the previous sleep
    boolean early = System.nanoTime() - begun < timeoutNanos;
    return wasRung || early || !Futex.isAvailable() || !isAnyReady();
  }

  /**
   * Takes the place of the sleeping reader, which is not woken from now on. Called by another
   * thread that polls the rings.
   *
   * @return false if the reader does not sleep or is being woken
   */
  public boolean takeOver() {
    return shared.getIntVolatile(SLEEPING) != 0 && shared.compareAndSetInt(SLEEPING, 1, 0);
  }

  /**
   * Gives the place of the reader back, so that signals wake it again. If the reader has woken by
   * itself in the meantime, it is woken once without need.
   *
   * @param hasMore whether there is work that has no bit
   */
  public void handBack(BooleanSupplier hasMore) {
    shared.putIntVolatile(SLEEPING, 1);
    VarHandle.fullFence();
    if (isAnyReady() || hasMore.getAsBoolean()) {
      wake();
    }
  }

  /** Removes the file if this process owns it. */
  @Override
  public void close() {
    if (own != null) {
      own.delete();
    }
  }
}
