package io.mobula.internal.memory;

import org.jspecify.annotations.Nullable;

/**
 * A run of bytes in a home. The extents of a home form a chain that covers the home without gaps; a
 * free extent is also linked into the stack of its size class.
 *
 * <p>Owned by its {@link BlockAllocator}. Home, offset and size of a used extent do not change, so
 * its holder may read them without the allocator's lock.
 *
 * @param <H> type of the home that the run lies in
 */
public final class Extent<H> {
  /** State of an extent that no block has used yet; only the last extent of a home is cold. */
  static final byte COLD = 0;
  /** State of a free extent that was used before. */
  static final byte WARM = 1;
  /** State of an allocated extent. */
  static final byte USED = 2;

  private final H home;
  private final long offset;
  long bytes;
  byte state;

  @Nullable
  Extent<H> previous;

  @Nullable
  Extent<H> next;

  @Nullable
  Extent<H> above;

  @Nullable
  Extent<H> below;

  Extent(H home, long offset, long bytes, byte state) {
    this.home = home;
    this.offset = offset;
    this.bytes = bytes;
    this.state = state;
  }

  H home() {
    return home;
  }

  /** Returns the position of the first byte in the home. */
  public long offset() {
    return offset;
  }

  long bytes() {
    return bytes;
  }

  /**
   * Keeps the first {@code keep} bytes and returns the rest as the next extent, or {@code null} if
   * nothing is left.
   */
  @Nullable
  Extent<H> splitAfter(long keep) {
    if (bytes == keep) {
      return null;
    }
    Extent<H> rest = new Extent<>(home, offset + keep, bytes - keep, state);
    rest.previous = this;
    rest.next = next;
    if (next != null) {
      next.previous = rest;
    }
    next = rest;
    bytes = keep;
    return rest;
  }

  /** Merges the next extent into this one. */
  void absorbNext() {
    Extent<H> gone = next;
    if (gone == null) {
      throw new IllegalStateException("Nothing follows " + this);
    }
    bytes += gone.bytes;
    next = gone.next;
    if (next != null) {
      next.previous = this;
    }
  }

  @Override
  public String toString() {
    return home + "[" + offset + "+" + bytes + "]";
  }
}
