package io.mobula.internal.ring;

import io.mobula.internal.memory.FileHeader;
import io.mobula.internal.memory.SharedFile;
import io.mobula.internal.memory.SharedStore;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

/**
 * The end of a ring that is written, in the process that made it. A frame larger than an eighth of
 * the ring goes in parts. For one thread at a time.
 */
public final class RingWriter implements AutoCloseable {
  /** A whole frame, or the last part of one. */
  static final int LAST = 1;
  /** A part of a frame of which more comes. */
  static final int PART = 2;

  private static final int CAPACITY = 256 << 10;

  private final SharedFile file;
  private final ManyToOneRingBuffer ring;
  private final UnsafeBuffer source = new UnsafeBuffer();
  private int written;

  private RingWriter(SharedFile file) {
    this.file = file;
    this.ring =
        new ManyToOneRingBuffer(new UnsafeBuffer(file.append(dataBytes()).asByteBuffer()));
  }

  /** Makes one in the directory of this process's store. */
  public static RingWriter make(SharedStore store, int number) {
    var path = store.directory().resolve(name(number));
    return new RingWriter(SharedFile.create(
        path,
        new FileHeader(FileHeader.Kind.RING, store.address().storeId(), number, dataBytes())));
  }

  static String name(int number) {
    return "ring-" + number;
  }

  static int dataBytes() {
    return CAPACITY + RingBufferDescriptor.TRAILER_LENGTH;
  }

  /**
   * Writes a frame if there is room.
   *
   * @return false if there is not, or only for a part of it: the same frame has to be given again
   *     before any other
   */
  public boolean write(byte[] frame) {
    int most = ring.maxMsgLength();
    source.wrap(frame);
    while (true) {
      int left = frame.length - written;
      boolean last = left <= most;
      if (!ring.write(last ? LAST : PART, source, written, Math.min(left, most))) {
        return false;
      }
      written = last ? 0 : written + most;
      if (last) {
        return true;
      }
    }
  }

  /** Whether all that was written has been read. */
  public boolean isDrained() {
    return ring.size() == 0;
  }

  /** Removes the file; whoever reads it can read what is there to its end. */
  @Override
  public void close() {
    file.delete();
  }
}
