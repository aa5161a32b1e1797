package io.mobula.internal.spill;

import io.mobula.error.ObjectLostException;
import io.mobula.error.StoreException;
import io.mobula.error.WaitInterruptedException;
import io.mobula.internal.memory.MappedChecksum;
import io.mobula.spi.SpillTarget;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Spill file with one or several objects, deleted when all of them are. One thread at a time writes
 * until the file is sealed; all threads may read and delete objects.
 */
final class SpillFile {
  private static final Logger LOG = LoggerFactory.getLogger(SpillFile.class);
  // small enough to stay in the processor's cache between checksum and write
  private static final long CHUNK = 1 << 20;

  private final Path path;
  private final SpillDirectory home;
  private final FileChannel channel;
  private volatile long end;
  private int live;
  private boolean sealed;

  private SpillFile(Path path, SpillDirectory home, FileChannel channel) {
    this.path = path;
    this.home = home;
    this.channel = channel;
  }

  /** Opens an empty file that exists already. */
  static SpillFile open(Path path, SpillDirectory home) throws IOException {
    return new SpillFile(path, home, FileChannel.open(path, StandardOpenOption.WRITE));
  }

  long size() {
    return end;
  }

  /**
   * Reserves the file for one object that will be written, so that the file is not deleted
   * meanwhile. The reservation ends with {@link #append}, whether that succeeds or fails. Returns
   * false if the file is sealed.
   */
  synchronized boolean reserve() {
    if (!sealed) {
      live++;
    }
    return !sealed;
  }

  /** Closes the file for writing. Idempotent. */
  synchronized void seal() {
    if (!sealed) {
      sealed = true;
      try {
        channel.close();
      } catch (IOException e) {
        LOG.warn("Cannot close {}", path, e);
      }
      removeIfUnused();
    }
  }

  /**
   * Appends an object, once for each {@link #reserve}: first the content, then the header that
   * makes it valid.
   */
  SpillTarget.SpilledObject append(long number, MemorySegment content) throws IOException {
    long start = end;
    try {
      var sum = new MappedChecksum();
      for (long at = 0; at < content.byteSize(); at += CHUNK) {
        var chunk = slice(content, at);
        sum.update(MemorySegment.ofBuffer(chunk));
        writeFully(chunk, start + SpilledObjectHeader.BYTES + at);
      }
      var header = new SpilledObjectHeader(number, content.byteSize(), sum.value());
      writeFully(header.encode(), start);
      end = SpilledObjectHeader.aligned(start + SpilledObjectHeader.BYTES + content.byteSize());
      return new SpillFileEntry(start, header);
    } catch (IOException | RuntimeException | Error e) {
      // an InternalError means that a page of the content could not be accessed
      truncateTo(start);
      forget();
      throw e;
    }
  }

  private void truncateTo(long start) {
    try {
      channel.truncate(start);
    } catch (IOException e) {
      LOG.warn("Cannot truncate {} after an incomplete write", path, e);
    }
  }

  private void writeFully(ByteBuffer bytes, long position) throws IOException {
    long at = position;
    while (bytes.hasRemaining()) {
      at += channel.write(bytes, at);
    }
  }

  private static ByteBuffer slice(MemorySegment content, long at) {
    return content.asSlice(at, Math.min(CHUNK, content.byteSize() - at)).asByteBuffer();
  }

  private synchronized void forget() {
    live--;
    removeIfUnused();
  }

  private void removeIfUnused() {
    if (live > 0) {
      return;
    }
    if (!sealed) {
      seal(); // calls this method again
      return;
    }
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      LOG.warn("Cannot remove {}", path, e);
    }
    home.onFileRemoved();
  }

  /** Object in this file. */
  private final class SpillFileEntry implements SpillTarget.SpilledObject {
    private final long start;
    private final SpilledObjectHeader header;
    private final AtomicBoolean deleted = new AtomicBoolean();

    SpillFileEntry(long start, SpilledObjectHeader header) {
      this.start = start;
      this.header = header;
    }

    @Override
    public long byteSize() {
      return header.bytes();
    }

    @Override
    public void readInto(MemorySegment target) {
      try (var in = FileChannel.open(path, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
        header.require(read(in, ByteBuffer.allocate(SpilledObjectHeader.BYTES), start), this::lost);
        var sum = new MappedChecksum();
        for (long at = 0; at < header.bytes(); at += CHUNK) {
          var chunk = read(in, slice(target, at), start + SpilledObjectHeader.BYTES + at);
          sum.update(MemorySegment.ofBuffer(chunk));
        }
        if (sum.value() != header.sum()) {
          throw lost("its checksum is " + Integer.toHexString(sum.value()) + ", wanted "
              + Integer.toHexString(header.sum()));
        }
      } catch (NoSuchFileException e) {
        throw lost("it is gone");
      } catch (ClosedByInterruptException e) {
        throw new WaitInterruptedException("Interrupted while reading " + path + ".");
      } catch (IOException e) {
        throw new StoreException("Cannot read " + path + " now: " + e, e);
      }
    }

    private ByteBuffer read(FileChannel in, ByteBuffer into, long position) throws IOException {
      var unread = into.duplicate();
      long at = position;
      while (unread.hasRemaining()) {
        int got = in.read(unread, at);
        if (got < 0) {
          throw lost("it is cut: it has " + in.size() + " bytes, wanted "
              + (start + SpilledObjectHeader.BYTES + header.bytes()));
        }
        at += got;
      }
      return into;
    }

    private ObjectLostException lost(String why) {
      return new ObjectLostException("An object of " + header.bytes()
          + " bytes was spilled to " + path + " (at " + start + "), and " + why
          + ". Make the value again, and look at that disk.");
    }

    @Override
    public void delete() {
      if (deleted.compareAndSet(false, true)) {
        forget();
      }
    }
  }
}
