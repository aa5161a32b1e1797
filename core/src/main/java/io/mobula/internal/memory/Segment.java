package io.mobula.internal.memory;

import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/**
 * A file of blocks, mapped once for as long as anything reaches it.
 *
 * <p>The mapping is never closed: closing would have to stop every reader. A segment that is
 * retired, or whose store is closed, loses its name, and its memory goes back to the system when
 * the last view and block of it are unreachable.
 */
final class Segment implements SegmentPretoucher.UntouchedMemory {
  /** How much {@link #touch} does at a time, in bytes. */
  static final long TOUCH_BYTES = 1 << 20;

  private final SharedFile file;
  private final MemorySegment blocks;
  private boolean retired;

  private Segment(SharedFile file, MemorySegment blocks) {
    this.file = file;
    this.blocks = blocks;
  }

  /** Makes the file, all its pages, and the mapping; on failure the file is gone again. */
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

  /** Maps another store's segment for reading, after looking at its header and its size. */
  static Segment openReadOnly(Path directory, FileHeader.StoreId storeId, int index) {
    Path path = directory.resolve("segment-" + index);
    SharedFile file = SharedFile.open(path);
    file.header().requireMatch(FileHeader.Kind.SEGMENT, storeId, index, path.toString());
    return new Segment(file, file.mapReadOnly(0, file.header().dataBytes()));
  }

  /** Whether the file still has its name: without one it is retired, or its store is closed. */
  boolean isThere() {
    return Files.exists(file.path(), LinkOption.NOFOLLOW_LINKS);
  }

  int index() {
    return file.header().index();
  }

  long bytes() {
    return blocks.byteSize();
  }

  /** All blocks as one stretch of memory, writable if they are this store's own. */
  MemorySegment blocks() {
    return blocks;
  }

  /**
   * A mapping of its own for one view, as a buffer cannot hold it; costs a system call and fresh
   * page faults.
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
   * Takes the name away and gives the memory back to the system at once; only when nobody may use a
   * byte of it.
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
