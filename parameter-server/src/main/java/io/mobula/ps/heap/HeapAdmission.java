package io.mobula.ps.heap;

import io.mobula.ps.error.HeapException;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * Admits what is to be allocated in a heap while it fits, with some of the heap left for requests,
 * and refuses the rest. All shards of a JVM share one, as they share its heap. Safe for use by many
 * threads.
 *
 * <p>What looks taken may be garbage, so that a collection is made before anything is refused.
 */
public final class HeapAdmission {
  private static final HeapAdmission OF_THIS_JVM = new HeapAdmission(HeapGauge.ofThisJvm());
  private static final long LEAST_KEPT = 4L << 20;
  private static final long MOST_KEPT = 128L << 20;
  private static final int COLLECTION_SHARE = 10;

  private final HeapGauge gauge;
  private final long reserved;
  private long collectedAt;
  private long lastTook; // nanoseconds; 0 before the first
  private long freeAfterCollection;

  HeapAdmission(HeapGauge gauge) {
    this.gauge = gauge;
    this.reserved = Math.clamp(gauge.maxBytes() / 16, LEAST_KEPT, MOST_KEPT);
  }

  /** Of the heap of this JVM. */
  public static HeapAdmission ofThisJvm() {
    return OF_THIS_JVM;
  }

  /** Whether so many bytes fit, as far as can be told without a collection. */
  public boolean fits(long bytes) {
    return bytes + reserved <= gauge.freeBytes();
  }

  /**
   * Allocates what takes so many bytes and stays. One allocation at a time, so that two of them do
   * not count on the same room.
   *
   * @param what names in an error what it is for, and whose it is; its {@code toString} is used
   * @throws HeapException when they do not fit; nothing was allocated then
   */
  public synchronized <T> T allocate(Object what, long bytes, Supplier<T> allocation) {
    require(what, bytes);
    return attempted(what, allocation);
  }

  /**
   * Allocates what takes so many bytes for a moment: is refused only if the heap could never have
   * them, and else leaves it to the JVM to make room.
   *
   * @throws HeapException when they do not fit
   */
  public <T> T allocateBriefly(Object what, long bytes, Supplier<T> allocation) {
    if (bytes + reserved > gauge.maxBytes()) {
      throw refusal(what, bytes);
    }
    return attempted(what, allocation);
  }

  private static <T> T attempted(Object what, Supplier<T> allocation) {
    try {
      return allocation.get();
    } catch (OutOfMemoryError e) {
      throw exhausted(what, e);
    }
  }

  /**
   * Refuses so many bytes if they do not fit.
   *
   * @throws HeapException when they do not
   */
  public synchronized void require(Object what, long bytes) {
    boolean possible = bytes + reserved <= gauge.maxBytes();
    if (!fits(bytes) && !(possible && hasAfterCollection(bytes))) {
      throw refusal(what, bytes);
    }
  }

  /**
   * As {@link #require}, for requests that come often: where a collection has left too little
   * lately, it refuses without another, so that collections take a tenth of the time at most.
   */
  public synchronized void requireQuickly(Object what, long bytes) {
    boolean lately = System.nanoTime() - collectedAt < COLLECTION_SHARE * lastTook;
    if (lately && bytes + reserved > freeAfterCollection && !fits(bytes)) {
      throw refusal(what, bytes);
    }
    require(what, bytes);
  }

  private boolean hasAfterCollection(long bytes) {
    long began = System.nanoTime();
    if (!gauge.collect()) {
      return true; // what is garbage cannot be told: whoever allocates may meet an error
    }
    collectedAt = System.nanoTime();
    lastTook = collectedAt - began;
    freeAfterCollection = gauge.freeBytes();
    return bytes + reserved <= freeAfterCollection;
  }

  private HeapException refusal(Object what, long bytes) {
    return new HeapException(
        String.format(
            Locale.ROOT,
            "There is no room in the heap for %s: it takes %d bytes, %d of %d are free, and %d of"
                + " those are kept for requests. Nothing was allocated. Give the process a larger"
                + " -Xmx, use more shards, or an optimizer with fewer state vectors.",
            what,
            bytes,
            Math.max(0, gauge.freeBytes()),
            gauge.maxBytes(),
            reserved),
        null);
  }

  /** What an allocation fails with that was admitted, or too small to ask for, and failed. */
  public static HeapException exhausted(Object what, OutOfMemoryError error) {
    return new HeapException(
        "Memory ran out for " + what + ": " + error.getMessage() + ", of a heap of "
            + Runtime.getRuntime().maxMemory()
            + " bytes. This request failed; give the process a larger -Xmx, or use more shards.",
        error);
  }
}
