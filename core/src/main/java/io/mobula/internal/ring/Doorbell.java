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
 * What wakes the one thread of a process that reads rings, and tells it which of them have
 * something: a bit for each ring, a word to sleep on, and whether it sleeps. Others ring it, from
 * any thread of any process of the host.
 *
 * <p>Nobody sleeps through a frame: a writer commits, then sets the bit unless it is set, then
 * looks whether the reader sleeps; the reader clears a bit before it reads that ring, and says that
 * it sleeps before it looks at all bits once more. Full fences are in between on both sides.
 *
 * <p>Without {@link Futex} the reader looks again after 50 microseconds to one millisecond of
 * parking.
 */
public final class Doorbell implements AutoCloseable {
  /** How many rings one process can read. */
  public static final int RINGS = 1024;

  private static final String FILE = "bell";
  private static final int WORD = 0;
  private static final int SLEEPING = 64;
  private static final int BITS = 128;
  private static final int WORDS = RINGS / Long.SIZE;
  private static final int BYTES = 4096;
  private static final long SHORTEST_PARK_NANOS = 50_000;
  private static final long LONGEST_PARK_NANOS = 1_000_000;

  private final @Nullable SharedFile own;
  private final MemorySegment word;
  private final UnsafeBuffer shared;
  private final MemorySegment timespec =
      Futex.isAvailable() ? Futex.timespec() : MemorySegment.NULL;
  private volatile @Nullable Thread parked;
  private long park = SHORTEST_PARK_NANOS;

  private Doorbell(@Nullable SharedFile own, MemorySegment page) {
    this.own = own;
    this.word = page.asSlice(WORD, Integer.BYTES);
    this.shared = new UnsafeBuffer(page.asByteBuffer());
  }

  /** Makes this process's bell, in the directory of its store. */
  public static Doorbell make(SharedStore store) {
    var file = SharedFile.create(
        store.directory().resolve(FILE),
        new FileHeader(FileHeader.Kind.DOORBELL, store.address().storeId(), 0, BYTES));
    return new Doorbell(file, file.append(BYTES));
  }

  /**
   * Another process's bell.
   *
   * @throws StoreException if it is not there, or of another store
   */
  public static Doorbell of(StoreAddress store) {
    var path = Path.of(store.directory(), FILE);
    var file = SharedFile.open(path);
    file.header().requireMatch(FileHeader.Kind.DOORBELL, store.storeId(), 0, path.toString());
    return new Doorbell(null, file.mapShared(0, BYTES));
  }

  /**
   * Whether this process can wake a reader that sleeps; where it cannot, a reader has to look for
   * what it writes.
   */
  public static boolean canWake() {
    return Futex.isAvailable();
  }

  /** The ring of that number has something: wakes its reader if that sleeps. */
  public void signal(int number) {
    VarHandle.fullFence(); // what was committed is seen by whoever finds the bit set, or clears it
    markReady(number);
    wake();
  }

  /** Wakes the reader if it sleeps, whatever for. */
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

  /** The reader has not read all of that ring. */
  public void markReady(int number) {
    int at = BITS + (number / Long.SIZE) * Long.BYTES;
    long bit = 1L << number;
    for (long bits = shared.getLongVolatile(at);
        (bits & bit) == 0 && !shared.compareAndSetLong(at, bits, bits | bit);
        bits = shared.getLongVolatile(at)) {
      Thread.onSpinWait();
    }
  }

  /** Gives the numbers of all rings that have something, each once. For the reader. */
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

  /** Whether any ring may have something. For the reader, and cheap. */
  public boolean isAnyReady() {
    for (int i = 0; i < WORDS; i++) {
      if (shared.getLongVolatile(BITS + i * Long.BYTES) != 0) {
        return true;
      }
    }
    return false;
  }

  /**
   * Sleeps until it is rung, or the limit has passed; not at all if there is something already. For
   * the reader.
   *
   * @param hasMore whether there is something that has no bit
   * @return false if there was something after the limit had passed: a wake-up was missed
   */
  public boolean sleep(long limitNanos, BooleanSupplier hasMore) {
    long begun = System.nanoTime();
    int before = shared.getIntVolatile(WORD);
    parked = Thread.currentThread();
    shared.putIntVolatile(SLEEPING, 1);
    VarHandle.fullFence();
    if (isAnyReady() || hasMore.getAsBoolean()) {
      shared.putIntVolatile(SLEEPING, 0);
      park = SHORTEST_PARK_NANOS;
      return true;
    }
    if (Futex.isAvailable()) {
      Futex.await(word, before, timespec, limitNanos);
    } else {
      LockSupport.parkNanos(this, Math.min(limitNanos, park));
      park = Math.min(2 * park, LONGEST_PARK_NANOS);
    }
    boolean wasRung = !shared.compareAndSetInt(SLEEPING, 1, 0);
    boolean early =
        System.nanoTime() - begun < limitNanos; // by whoever was about to end the last sleep
    return wasRung || early || !Futex.isAvailable() || !isAnyReady();
  }

  /**
   * Another thread looks in the place of the reader, which sleeps and is not woken from now on.
   *
   * @return false if the reader does not sleep, or somebody wakes it
   */
  public boolean takeOver() {
    return shared.getIntVolatile(SLEEPING) != 0 && shared.compareAndSetInt(SLEEPING, 1, 0);
  }

  /**
   * The reader is to be woken again. It may have woken by itself since: then it is for nothing
   * once.
   *
   * @param hasMore whether there is something that has no bit
   */
  public void handBack(BooleanSupplier hasMore) {
    shared.putIntVolatile(SLEEPING, 1);
    VarHandle.fullFence();
    if (isAnyReady() || hasMore.getAsBoolean()) {
      wake();
    }
  }

  /** Removes the file, if it is this process's. */
  @Override
  public void close() {
    if (own != null) {
      own.delete();
    }
  }
}
