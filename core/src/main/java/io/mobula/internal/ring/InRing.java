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
public final class InRing {
  private final ManyToOneRingBuffer ring;
  private final FrameAssembly begun = new FrameAssembly();

  private InRing(ManyToOneRingBuffer ring) {
    this.ring = ring;
  }

  /**
   * Opens the ring that another process has made.
   *
   * @throws StoreException if it is not there or damaged, or of another store
   */
  public static InRing open(StoreAddress writer, int number) {
    var path = Path.of(writer.directory(), OutRing.name(number));
    var file = SharedFile.open(path);
    file.header().requireMatch(FileHeader.Kind.RING, writer.storeId(), number, path.toString());
    if (file.header().dataBytes() != OutRing.dataBytes()) {
      throw new StoreException(path + " is a ring of " + file.header().dataBytes()
          + " bytes, wanted " + OutRing.dataBytes()
          + ": run the same release of Mobula in all processes of a host");
    }
    var memory = file.mapShared(0, OutRing.dataBytes());
    return new InRing(new ManyToOneRingBuffer(new UnsafeBuffer(memory.asByteBuffer())));
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
    if (kind != OutRing.LAST) {
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
