package io.mobula.spi;

import io.mobula.error.InvalidRequestException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;

/**
 * Where the bytes of objects go when the store is full: disks, as a rule.
 *
 * <p>Safe for all threads. What is written lives as long as the process at most: it need not
 * survive a crash, and whoever starts next may remove it. A node has at most one, found by
 * {@link java.util.ServiceLoader} as a {@link Provider}.
 */
public interface SpillTarget extends AutoCloseable {

  /**
   * Writes a copy of an object's bytes and returns when they can be read back. Costs a pass over
   * the bytes for a checksum and the writing itself. The node calls it on threads that nobody
   * interrupts, on {@link #writers} of them at a time.
   *
   * @throws io.mobula.error.StoreFullException when no place takes it; nothing is left behind, and
   *     a later attempt may succeed
   */
  SpilledObject write(MemorySegment content);

  /** How many threads may write at the same time with profit: the number of disks. */
  int writers();

  /** Removes everything that was written. Idempotent. */
  @Override
  void close();

  /** One object's bytes, out there. */
  interface SpilledObject {
    /** How many bytes. */
    long byteSize();

    /**
     * Reads all of it, in the calling thread, and checks it.
     *
     * @param target as long as the part; its content is of no meaning when this throws
     * @throws io.mobula.error.ObjectLostException when the bytes are not those that were written:
     *     the file is cut, altered or gone; the message names it
     * @throws io.mobula.error.StoreException when they cannot be read now
     * @throws io.mobula.error.WaitInterruptedException when the thread is interrupted meanwhile
     */
    void readInto(MemorySegment target);

    /** Gives the room back, in the calling thread. Idempotent; never throws. */
    void delete();
  }

  /** Opens targets; has a constructor without parameters. */
  interface Provider {
    /**
     * A target of its own for one node.
     *
     * @throws io.mobula.error.StoreException when a directory is missing or may not be written
     * @throws io.mobula.error.StoreFullException when one is full already
     */
    SpillTarget open(SpillSettings spillSettings);
  }

  /**
   * What the settings say.
   *
   * @param directories where to write, each once; several for several disks
   * @param fuseBelow objects of fewer bytes share files
   * @param fusedBytes how large such a file becomes, roughly
   */
  record SpillSettings(List<Path> directories, long fuseBelow, long fusedBytes) {
    /** Refuses a directory named twice and sizes below zero. */
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
