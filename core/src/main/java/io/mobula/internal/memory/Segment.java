package io.mobula.internal.memory;

import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/**
 * A file of blocks, mapped once for as long as anything references the mapping.
 *
 * <p>The mapping is never closed explicitly, as that would have to stop every reader. A segment
 * that is retired, or whose store is closed, loses its file name. Its memory returns to the system
 * when the last view and block of it are unreachable.
 */
final class Segment implements SegmentPretoucher.UntouchedMemory {
  /** Number of bytes that one call of {@link #touch} maps. */
  static final long TOUCH_BYTES = 1 << 20;

  private final SharedFile file;
  private final MemorySegment blocks;
  private boolean retired;

  private Segment(SharedFile file, MemorySegment blocks) {
    this.file = file;
    this.blocks = blocks;
  }

  /** Creates the file, all its pages, and the mapping; on failure the file is deleted. */
  static Segment create(
      StoreDirectory directory, FileHeader.StoreId storeId, int index, long bytes) {
    FileHeader header = new FileHeader(FileHeader.Kind.SEGMENT, storeId, index, bytes);
    SharedFile file = SharedFile.create(directory.file("segment-" + index), header);
    try {
      return new Segment(file, file.append(bytes));
    } catch (RuntimeException e) {
      file.delete();
      throw e;
    }
  }

  /** Maps a segment of another store for reading, after checking its header and its size. */
  static Segment openReadOnly(Path directory, FileHeader.StoreId storeId, int index) {
    Path path = directory.resolve("segment-" + index);
    SharedFile file = SharedFile.open(path);
    file.header().requireMatch(FileHeader.Kind.SEGMENT, storeId, index, path.toString());
    return new Segment(file, file.mapReadOnly(0, file.header().dataBytes()));
  }

  /**
   * Returns whether the file still has its name; a retired segment or one of a closed store has
   * none.
   */
  boolean isThere() {
    return Files.exists(file.path(), LinkOption.NOFOLLOW_LINKS);
  }

  int index() {
    return file.header().index();
  }

  long bytes() {
    return blocks.byteSize();
  }

  /** Returns all blocks as one piece of memory, writable if they belong to this store. */
  MemorySegment blocks() {
    return blocks;
  }

  /**
   * Maps one view on its own, as no buffer can hold a view of this size; costs a system call and
   * fresh page faults.
   */
  MemorySegment mapView(long offset, long bytes) {
    return file.reopen().mapReadOnly(offset, bytes);
  }

  @Override
  public synchronized boolean touch(long offset) {
    if (retired) {
      return false;
    }
    long end = Math.min(offset + TOUCH_BYTES, bytes());
    blocks.asSlice(offset, end - offset).load();
    return end < bytes();
  }

  /**
   * Removes the file name and returns the memory to the system at once; only for a segment of which
   * no process may use a byte.
   */
  void retire() {
    synchronized (this) {
      retired = true;
    }
    file.discard();
  }

  @Override
  public String toString() {
    return file.path().toString();
  }
}
