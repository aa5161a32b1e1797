package io.mobula.internal.ring;

import io.mobula.error.StoreException;
import io.mobula.internal.memory.FileHeader;
import io.mobula.internal.memory.SharedFile;
import io.mobula.internal.memory.StoreAddress;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;

/**
 * Reading end of a ring in shared memory, in the process that did not create it. For one thread.
 *
 * <p>Reading stops at a record that a writer has claimed and not committed. Such a record is never
 * skipped, because a reader cannot tell whether the writer is slow or dead.
 */
public final class RingReader {
  private final ManyToOneRingBuffer ring;
  private final FrameAssembler begun = new FrameAssembler();

  private RingReader(ManyToOneRingBuffer ring) {
    this.ring = ring;
  }

  /**
   * Opens a ring that another process has created.
   *
   * @throws StoreException if the ring is missing, damaged, or of another store
   */
  public static RingReader open(StoreAddress writer, int number) {
    var path = Path.of(writer.directory(), RingWriter.name(number));
    var file = SharedFile.open(path);
    file.header().requireMatch(FileHeader.Kind.RING, writer.storeId(), number, path.toString());
    if (file.header().dataBytes() != RingWriter.dataBytes()) {
      throw new StoreException(path + " is a ring of " + file.header().dataBytes()
          + " bytes, wanted " + RingWriter.dataBytes()
          + ": run the same release of Mobula in all processes of a host");
    }
    var memory = file.mapShared(0, RingWriter.dataBytes());
    return new RingReader(new ManyToOneRingBuffer(new UnsafeBuffer(memory.asByteBuffer())));
  }

  /**
   * Passes committed frames to the consumer, until the ring is empty or that many records (frames
   * or parts of frames) have been read.
   *
   * @return how many records were read
   */
  public int read(int max, Consumer<byte[]> to) {
    int parts = 0;
    for (long before = -1; parts < max && before != ring.consumerPosition(); ) {
      before = ring.consumerPosition(); // one call of read() stops at the physical end of the ring
      parts +=
          ring.read((kind, buffer, at, length) -> part(kind, buffer, at, length, to), max - parts);
    }
    return parts;
  }

  private void part(int kind, MutableDirectBuffer buffer, int at, int length, Consumer<byte[]> to) {
    // checked before an array is allocated for it
    if (length < 0 || length > buffer.capacity() - at) {
      throw new StoreException("A ring of " + buffer.capacity() + " bytes has a frame of " + length
          + " at " + at + ": its memory is damaged");
    }
    if (kind != RingWriter.LAST) {
      begun.add(length, (frame, position) -> buffer.getBytes(at, frame, position, length));
    } else if (begun.isBegun()) {
      to.accept(
          begun.finish(length, (frame, position) -> buffer.getBytes(at, frame, position, length)));
    } else {
      var frame = new byte[length];
      buffer.getBytes(at, frame);
      to.accept(frame);
    }
  }
}
