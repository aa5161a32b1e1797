package io.mobula.internal.memory;

import io.mobula.error.InvalidRequestException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How large a store may grow, in steps of what size, and where its files live.
 *
 * <p>Both sizes are rounded up to whole blocks of 64 bytes. Memory is taken only as objects need
 * it.
 *
 * @param directory where the store makes its own directory; {@code null} for {@code /dev/shm} if it
 *     can be written, else the JVM's temporary directory
 * @param capacityBytes the ceiling for all objects together, in bytes; file headers and the object
 *     table come on top
 * @param segmentBytes the size of a standard segment, in bytes; a larger object gets a segment of
 *     its own
 * @param pretouch whether a background thread maps the pages of a new segment ahead of their first
 *     use and prepares one segment ahead
 * @param nodeStoreDirectory the directory of the node's store with which this one shares the
 *     ceiling, and in whose parent it is then made; {@code null} for a ceiling of its own
 */
public record StoreOptions(
    @Nullable Path directory,
    long capacityBytes,
    long segmentBytes,
    boolean pretouch,
    @Nullable Path nodeStoreDirectory) {
  /** The usual size of a standard segment: 64 MiB. */
  public static final long STANDARD_SEGMENT_BYTES = 64L << 20;

  private static final long MOST_BYTES = 1L << 50;

  /**
   * Refuses sizes that are not positive or are absurd with {@link InvalidRequestException}, and
   * rounds them up.
   */
  public StoreOptions {
    capacityBytes = BlockAllocator.roundUp(checked("capacity", capacityBytes));
    segmentBytes = BlockAllocator.roundUp(checked("segment size", segmentBytes));
    directory = nodeStoreDirectory == null
        ? directory
        : nodeStoreDirectory.toAbsolutePath().getParent();
  }

  /** With a ceiling of its own. */
  public StoreOptions(
      @Nullable Path directory, long capacityBytes, long segmentBytes, boolean pretouch) {
    this(directory, capacityBytes, segmentBytes, pretouch, null);
  }

  /**
   * Options for a store of this capacity in the usual place, with standard segments and
   * pre-touching.
   */
  public static StoreOptions ofCapacity(long capacityBytes) {
    return new StoreOptions(null, capacityBytes, STANDARD_SEGMENT_BYTES, true);
  }

  private static long checked(String what, long bytes) {
    if (bytes < 1 || bytes > MOST_BYTES) {
      throw new InvalidRequestException("Store " + what + " of " + bytes + " bytes: wanted 1 to "
          + MOST_BYTES + "; give it in bytes");
    }
    return bytes;
  }
}
