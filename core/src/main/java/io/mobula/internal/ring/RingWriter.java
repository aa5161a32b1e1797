package io.mobula.internal.ring;

import io.mobula.internal.memory.FileHeader;
import io.mobula.internal.memory.SharedFile;
import io.mobula.internal.memory.SharedStore;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

/**
 * Writing end of a ring in shared memory, in the process that created it. Splits a frame larger
 * than an eighth of the ring into parts. For one thread at a time.
 */
public final class RingWriter implements AutoCloseable {
  /** Record type of a whole frame, or of the last part of a frame. */
  static final int LAST = 1;
  /** Record type of a part that is not the last part of its frame. */
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

  /** Creates a ring in the directory of this process's store. */
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
   * Writes a frame if there is space.
   *
   * @return false if there was no space, or only for some parts of the frame: the caller has to
   *     pass the same frame again before any other
   */
  public boolean write(byte[] frame) {
    int max = ring.maxMsgLength();
    source.wrap(frame);
    while (true) {
      int left = frame.length - written;
      boolean last = left <= max;
      if (!ring.write(last ? LAST : PART, source, written, Math.min(left, max))) {
        return false;
      }
      written = last ? 0 : written + max;
      if (last) {
        return true;
      }
    }
  }

  /** Returns whether everything written has been read. */
  public boolean isDrained() {
    return ring.size() == 0;
  }

  /** Removes the file; a process that has it open can read the ring to its end. */
  @Override
  public void close() {
    file.delete();
  }
}
