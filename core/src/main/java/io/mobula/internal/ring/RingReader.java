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
 * The end of a ring that is read, in the process that did not make it. For one thread.
 *
 * <p>Reading stops at what a writer has claimed and not committed. It is never skipped: whether the
 * writer is slow or dead cannot be seen from here.
 */
public final class RingReader {
  private final ManyToOneRingBuffer ring;
  private final FrameAssembler begun = new FrameAssembler();

  private RingReader(ManyToOneRingBuffer ring) {
    this.ring = ring;
  }

  /**
   * Opens the ring that another process has made.
   *
   * @throws StoreException if it is not there or damaged, or of another store
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
   * Hands on what has been committed, to the end if that is no more than so many frames, or parts
   * of them.
   *
   * @return how many there were
   */
  public int read(int most, Consumer<byte[]> to) {
    int parts = 0;
    for (long before = -1; parts < most && before != ring.consumerPosition(); ) {
      before = ring.consumerPosition(); // a reading ends where the ring begins again
      parts +=
          ring.read((kind, buffer, at, length) -> part(kind, buffer, at, length, to), most - parts);
    }
    return parts;
  }

  private void part(int kind, MutableDirectBuffer buffer, int at, int length, Consumer<byte[]> to) {
    if (length < 0 || length > buffer.capacity() - at) { // before there is an array for it
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
