package io.mobula.spi;

import io.mobula.error.InvalidRequestException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;

/**
 * Storage for objects that do not fit into the object store, usually disks.
 *
 * <p>Safe for all threads. Spilled bytes live as long as the process at most: they need not survive
 * a crash, and a process that starts later may remove them. A node has at most one spill target,
 * found by {@link java.util.ServiceLoader} as a {@link Provider}.
 */
public interface SpillTarget extends AutoCloseable {

  /**
   * Writes a copy of an object's bytes and returns when they can be read back. Costs a pass over
   * the bytes for a checksum and the write. Called on up to {@link #writers} threads at a time,
   * which are never interrupted.
   *
   * @throws io.mobula.error.StoreFullException when no directory has room; nothing is left behind,
   *     and a later attempt may succeed
   */
  SpilledObject write(MemorySegment content);

  /** Returns how many threads can write concurrently with profit: the number of disks. */
  int writers();

  /** Removes all spilled objects. Idempotent. */
  @Override
  void close();

  /** Spilled bytes of one object. */
  interface SpilledObject {
    /** Returns the size in bytes. */
    long byteSize();

    /**
     * Reads all bytes in the calling thread, and verifies their checksum.
     *
     * @param target memory of the same size; its content is undefined when this method throws
     * @throws io.mobula.error.ObjectLostException when the bytes are not those that were written:
     *     the file is truncated, altered or missing; the message names it
     * @throws io.mobula.error.StoreException when the bytes cannot be read now
     * @throws io.mobula.error.WaitInterruptedException when the thread is interrupted
     */
    void readInto(MemorySegment target);

    /** Frees the space, in the calling thread. Idempotent; never throws. */
    void delete();
  }

  /** Provider of spill targets; has a constructor without parameters. */
  interface Provider {
    /**
     * Opens a spill target for one node.
     *
     * @throws io.mobula.error.StoreException when a directory is missing or not writable
     * @throws io.mobula.error.StoreFullException when a directory is full already
     */
    SpillTarget open(SpillSettings spillSettings);
  }

  /**
   * Settings of a spill target.
   *
   * @param directories directories to write to, each once; several for several disks
   * @param fuseBelow objects smaller than this share files
   * @param fusedBytes approximate size of such a shared file
   */
  record SpillSettings(List<Path> directories, long fuseBelow, long fusedBytes) {
    /** Refuses duplicate directories and negative sizes. */
    public SpillSettings {
      directories =
          directories.stream().map(each -> each.toAbsolutePath().normalize()).toList();
      if (new HashSet<>(directories).size() < directories.size()) {
        throw new InvalidRequestException(
            "A spill directory is named twice in " + directories + ": name each once.");
      }
      if (fuseBelow < 0 || fusedBytes < 0) {
        throw new InvalidRequestException("Objects below " + fuseBelow
            + " bytes were to share files of " + fusedBytes + " bytes: neither can be negative.");
      }
    }
  }
}
