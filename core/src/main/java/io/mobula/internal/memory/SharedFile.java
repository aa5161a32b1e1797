package io.mobula.internal.memory;

import io.mobula.error.MobulaException;
import io.mobula.error.StoreException;
import io.mobula.error.StoreFullException;
import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * A file of a store: a header page and data, backed by real pages before any process maps them.
 *
 * <p>{@code FileChannel.map} alone would create a sparse file, and a full file system would then
 * kill the JVM or throw {@link InternalError} in the middle of a copy. Writing zeros first turns
 * that into an {@link IOException} here, which this class turns into a {@link StoreFullException}.
 * A file only grows; it is never truncated while it may be mapped.
 *
 * <p>Not thread-safe while growing: its owner grows it under a lock. Mappings live until they are
 * unreachable.
 */
public final class SharedFile {
  private static final int ZEROS = 1 << 20;

  private final Path path;
  private final FileHeader header;
  private long bytes;

  private SharedFile(Path path, FileHeader header, long bytes) {
    this.path = path;
    this.header = header;
    this.bytes = bytes;
  }

  /** Creates a new file, readable by its owner alone, that holds the header page and no data. */
  public static SharedFile create(Path path, FileHeader header) {
    SharedFile file = new SharedFile(path, header, 0);
    try {
      OwnerOnlyFiles.createFile(path);
    } catch (IOException e) { // nothing was created: what may be there belongs to somebody else
      throw file.refused("make", FileHeader.DATA_OFFSET, e);
    }
    try {
      file.fill(FileHeader.DATA_OFFSET);
      file.writeHeader();
    } catch (IOException e) {
      file.delete();
      throw file.refused("make", FileHeader.DATA_OFFSET, e);
    } catch (MobulaException e) {
      file.delete();
      throw e;
    }
    return file;
  }

  /**
   * Opens a file that another process or this one has created. Header and size are checked before
   * anything is mapped.
   */
  public static SharedFile open(Path path) {
    try {
      return UninterruptibleIo.run(() -> {
        try (FileChannel channel =
            FileChannel.open(path, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
          ByteBuffer start = ByteBuffer.allocate(FileHeader.BYTES);
          while (start.hasRemaining() && channel.read(start, start.position()) > 0) {
            // a short read continues where it stopped
          }
          long size = channel.size();
          return new SharedFile(path, FileHeader.decode(start.flip(), size, path.toString()), size);
        }
      });
    } catch (IOException e) {
      throw new StoreException("Cannot open " + path + ": " + e + "; is its store closed?", e);
    }
  }

  /** Returns the decoded header page. */
  public FileHeader header() {
    return header;
  }

  Path path() {
    return path;
  }

  /** Maps the header page for reading and writing. */
  MemorySegment headerPage() {
    return map(MapMode.READ_WRITE, 0, FileHeader.DATA_OFFSET);
  }

  /** Adds zeroed pages at the end and maps them for reading and writing. */
  public MemorySegment append(long more) {
    long from = bytes;
    try {
      fill(more);
    } catch (IOException e) {
      throw refused("grow", more, e);
    }
    return map(MapMode.READ_WRITE, from, more);
  }

  /** Maps existing data for reading, from an offset behind the header page. */
  MemorySegment mapReadOnly(long offset, long length) {
    return map(MapMode.READ_ONLY, FileHeader.DATA_OFFSET + offset, length);
  }

  /** Maps existing data for reading and writing, from an offset behind the header page. */
  public MemorySegment mapShared(long offset, long length) {
    return map(MapMode.READ_WRITE, FileHeader.DATA_OFFSET + offset, length);
  }

  /** Opens the same file again, with its present length. */
  SharedFile reopen() {
    SharedFile now = open(path);
    now.header.requireMatch(header.kind(), header.storeId(), header.index(), path.toString());
    return now;
  }

  /**
   * Removes the file name; mappings stay until they are unreachable. Does nothing if the file is
   * gone already.
   */
  public void delete() {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      throw new StoreException("Cannot remove " + path + ": " + e + "; remove it by hand", e);
    }
  }

  /**
   * Removes the file name and returns the pages to the system at once, though they may be mapped.
   *
   * <p>Only for a file of which no process may use a byte any more. Mappings turn into a hole that
   * reads as zeros; only while the two calls below run would a forbidden access find no page at
   * all.
   */
  void discard() {
    try (RandomAccessFile pages = new RandomAccessFile(path.toFile(), "rw")) {
      Files.delete(path);
      pages.setLength(0);
      pages.setLength(bytes);
    } catch (IOException e) {
      throw new StoreException("Cannot remove " + path + ": " + e + "; remove it by hand", e);
    }
  }

  private MemorySegment map(MapMode mode, long offset, long length) {
    if (offset < 0 || length < 0 || offset > bytes - length) {
      throw new StoreException(path + " is truncated or damaged: it has " + bytes
          + " bytes, wanted " + length + " from " + offset);
    }
    try {
      return UninterruptibleIo.run(() -> {
        try (FileChannel channel = mode.equals(MapMode.READ_ONLY)
            ? FileChannel.open(path, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)
            : FileChannel.open(
                path,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                LinkOption.NOFOLLOW_LINKS)) {
          return channel.map(mode, offset, length, Arena.ofAuto());
        }
      });
    } catch (NoSuchFileException e) {
      throw new StoreException(
          "Cannot map " + path + ": it has been removed; is its store closed?", e);
    } catch (IOException e) {
      throw new StoreException("Cannot map " + length + " bytes of " + path + ": " + e, e);
    }
  }

  private void fill(long more) throws IOException {
    long from = bytes;
    requireRoom(more);
    UninterruptibleIo.<@Nullable Void>run(() -> {
      try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
        writeZeros(channel, from, from + more);
        return null;
      }
    });
    bytes = from + more;
  }

  /**
   * Throws if the file system lacks this many bytes, so that a file that cannot fit does not take
   * the last room from others while it is written.
   */
  private void requireRoom(long more) throws IOException {
    File there = path.toFile();
    long usable = there.getUsableSpace();
    if (usable < more && there.getTotalSpace() > 0) {
      throw new IOException("No space left on device for " + more + " bytes");
    }
  }

  private static void writeZeros(FileChannel channel, long from, long to) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      ByteBuffer zeros = arena.allocate(Math.min(ZEROS, to - from)).asByteBuffer();
      for (long at = from; at < to; ) {
        zeros.clear().limit((int) Math.min(zeros.capacity(), to - at));
        at += channel.write(zeros, at);
      }
    }
  }

  private void writeHeader() throws IOException {
    UninterruptibleIo.<@Nullable Void>run(() -> {
      try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
        ByteBuffer encoded = header.encode();
        while (encoded.hasRemaining()) {
          channel.write(encoded, encoded.position());
        }
        return null;
      }
    });
  }

  private MobulaException refused(String what, long wanted, IOException e) {
    if (isFull(e)) {
      return new StoreFullException("No room to " + what + " " + path + " by " + wanted
          + " bytes: the file system has " + path.toFile().getUsableSpace() + " free ("
          + e.getMessage()
          + "); free objects, make it larger or set another directory");
    }
    return new StoreException(
        "Cannot " + what + " " + path + ": " + e + "; may this user write there?", e);
  }

  /**
   * Returns whether a write failed for lack of space; the JDK reports only the system's message.
   */
  static boolean isFull(IOException e) {
    String message = String.valueOf(e.getMessage());
    return message.contains("No space left") || message.contains("quota exceeded");
  }
}
