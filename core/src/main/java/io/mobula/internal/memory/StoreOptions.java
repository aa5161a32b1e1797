package io.mobula.internal.memory;

import io.mobula.error.InvalidRequestException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Configuration of a store: capacity, segment size, and the location of its files.
 *
 * <p>Both sizes are rounded up to whole blocks of 64 bytes. Memory is taken only as objects need
 * it.
 *
 * @param directory parent of the store's own directory; {@code null} for {@code /dev/shm} if it is
 *     writable, else the JVM's temporary directory
 * @param capacityBytes the limit for all objects together, in bytes; file headers and the object
 *     table come on top
 * @param segmentBytes the size of a standard segment, in bytes; a larger object gets a segment of
 *     its own
 * @param pretouch whether a background thread maps the pages of a new segment before their first
 *     use and prepares one segment ahead
 * @param nodeStoreDirectory the directory of the node's store with which this store shares the
 *     capacity, and beside which its own directory is created; {@code null} for a capacity of its
 *     own
 */
public record StoreOptions(
    @Nullable Path directory,
    long capacityBytes,
    long segmentBytes,
    boolean pretouch,
    @Nullable Path nodeStoreDirectory) {
  /** Default size of a standard segment: 64 MiB. */
  public static final long STANDARD_SEGMENT_BYTES = 64L << 20;

  private static final long MAX_BYTES = 1L << 50;

  /**
   * Rejects sizes that are not positive or too large with {@link InvalidRequestException}, and
   * rounds them up.
   */
  public StoreOptions {
    capacityBytes = BlockAllocator.roundUp(checked("capacity", capacityBytes));
    segmentBytes = BlockAllocator.roundUp(checked("segment size", segmentBytes));
    directory = nodeStoreDirectory == null
        ? directory
        : nodeStoreDirectory.toAbsolutePath().getParent();
  }

  /** Makes options of a store that does not share its capacity. */
  public StoreOptions(
      @Nullable Path directory, long capacityBytes, long segmentBytes, boolean pretouch) {
    this(directory, capacityBytes, segmentBytes, pretouch, null);
  }

  /**
   * Returns options for a store of this capacity in the default location, with standard segments
   * and pretouching.
   */
  public static StoreOptions ofCapacity(long capacityBytes) {
    return new StoreOptions(null, capacityBytes, STANDARD_SEGMENT_BYTES, true);
  }

  private static long checked(String what, long bytes) {
    if (bytes < 1 || bytes > MAX_BYTES) {
      throw new InvalidRequestException("Store " + what + " of " + bytes + " bytes: wanted 1 to "
          + MAX_BYTES + "; give it in bytes");
    }
    return bytes;
  }
}
