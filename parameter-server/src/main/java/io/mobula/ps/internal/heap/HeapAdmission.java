package io.mobula.ps.internal.heap;

import io.mobula.ps.error.HeapException;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * Admission control for heap allocations: admits them while they fit, keeps part of the heap free
 * for requests, and refuses the rest. All shards of a JVM share one instance, as they share its
 * heap. Safe for use by many threads.
 *
 * <p>Memory in use may be garbage, so a collection is run before an allocation is refused.
 */
public final class HeapAdmission {
  private static final HeapAdmission OF_THIS_JVM = new HeapAdmission(HeapGauge.ofThisJvm());
  private static final long MIN_KEPT = 4L << 20;
  private static final long MAX_KEPT = 128L << 20;
  private static final int COLLECTION_SHARE = 10;

  private final HeapGauge gauge;
  private final long reserved;
  private long collectedAt;
  private long lastTook; // nanoseconds; 0 before the first
  private long freeAfterCollection;

  HeapAdmission(HeapGauge gauge) {
    this.gauge = gauge;
    this.reserved = Math.clamp(gauge.maxBytes() / 16, MIN_KEPT, MAX_KEPT);
  }

  /** Returns the admission control for the heap of this JVM. */
  public static HeapAdmission ofThisJvm() {
    return OF_THIS_JVM;
  }

  /** Returns whether that many bytes fit, without running a collection. */
  public boolean fits(long bytes) {
    return bytes + reserved <= gauge.freeBytes();
  }

  /**
   * Allocates memory that stays in use. Allocations are serialized, so that two of them do not
   * count on the same free bytes.
   *
   * @param what what the memory is for, named in an error by its {@code toString}
   * @throws HeapException when the bytes do not fit; nothing was allocated then
   */
  public synchronized <T> T allocate(Object what, long bytes, Supplier<T> allocation) {
    require(what, bytes);
    return attempted(what, allocation);
  }

  /**
   * Allocates memory that is needed briefly. It is refused only if it exceeds the whole heap;
   * otherwise the JVM makes room.
   *
   * @throws HeapException when the bytes do not fit
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
   * Refuses that many bytes if they do not fit.
   *
   * @throws HeapException when they do not fit
   */
  public synchronized void require(Object what, long bytes) {
    boolean possible = bytes + reserved <= gauge.maxBytes();
    if (!fits(bytes) && !(possible && hasAfterCollection(bytes))) {
      throw refusal(what, bytes);
    }
  }

  /**
   * Refuses that many bytes if they do not fit; for frequent requests. If a recent collection has
   * left too little, refuses without another one, so that collections take at most a tenth of the
   * time.
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
      return true; // garbage cannot be told from live data: the allocation may fail
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
            "There is not enough free heap for %s: it takes %d bytes, %d of %d are free, and %d of"
                + " those are kept for requests. Nothing was allocated. Give the process a larger"
                + " -Xmx, use more shards, or an optimizer with fewer state vectors.",
            what,
            bytes,
            Math.max(0, gauge.freeBytes()),
            gauge.maxBytes(),
            reserved),
        null);
  }

  /**
   * Returns the exception for an allocation that failed though it was admitted or needed no
   * admission.
   */
  public static HeapException exhausted(Object what, OutOfMemoryError error) {
    return new HeapException(
        "Memory ran out for " + what + ": " + error.getMessage() + ", of a heap of "
            + Runtime.getRuntime().maxMemory()
            + " bytes. This request failed; give the process a larger -Xmx, or use more shards.",
        error);
  }
}
