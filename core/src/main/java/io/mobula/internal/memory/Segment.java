package io.mobula.internal.memory;

import java.lang.foreign.MemorySegment;

/**
 * A file of blocks, mapped once for as long as anything reaches it.
 *
 * <p>The mapping is never closed: closing would have to stop every reader. A segment that is
 * retired, or whose store is closed, loses its name, and its memory goes back to the system when
 * the last view and block of it are unreachable.
 */
final class Segment {
  /** How much {@link #touch} does at a time, in bytes. */
  static final long TOUCH_BYTES = 1 << 20;

  private static final long PAGE = 4096;

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

  int index() {
    return file.header().index();
  }

  long bytes() {
    return blocks.byteSize();
  }

  /** All blocks, writable, as one stretch of memory. */
  MemorySegment blocks() {
    return blocks;
  }

  /**
   * A mapping of its own for one view, as a buffer cannot hold it; costs a system call and fresh
   * page faults.
   */
  MemorySegment mapView(long offset, long bytes) {
    SharedFile checked = SharedFile.open(file.path());
    return checked.mapReadOnly(offset, bytes);
  }

  /**
   * Maps {@link #TOUCH_BYTES} from {@code offset} into this process by reading; says whether to go
   * on after them.
   */
  synchronized boolean touch(long offset) {
    if (retired) {
      return false;
    }
    long end = Math.min(offset + TOUCH_BYTES, bytes());
    for (long at = offset; at < end; at += PAGE) {
      RawMemory.touch(blocks, at);
    }
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
