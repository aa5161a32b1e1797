package io.mobula.internal.sharing;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.error.CodecException;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.memory.ObjectAddress;
import org.jspecify.annotations.Nullable;

/**
 * Location of the bytes of an object. The process that has them is certain; the place in its memory
 * is the one that was last known, since a full store moves objects (see {@link ObjectPinRequests}).
 *
 * @param holder the process that has sealed them
 * @param id the object
 * @param attempt the attempt of its task that made it
 * @param slot its slot in that process's table, or {@link #NOWHERE}
 * @param generation the generation of the slot
 * @param bytes its size
 */
record ObjectLocation(
    NodeId holder, ObjectId id, int attempt, long slot, long generation, long bytes) {
  /** Slot of an object that was not in memory. */
  private static final long NOWHERE = -1;

  /**
   * Creates the location of an object of that many bytes, with its address in memory, or null if it
   * is not in memory.
   */
  static ObjectLocation of(
      NodeId at, ObjectId id, int attempt, long bytes, @Nullable ObjectAddress address) {
    return address == null
        ? new ObjectLocation(at, id, attempt, NOWHERE, 0, bytes)
        : new ObjectLocation(
            at, id, attempt, address.slot(), address.generation(), address.bytes());
  }

  /**
   * Returns the last known address in the holder's memory, or null if the object was not in memory.
   */
  @Nullable
  ObjectAddress address() {
    return slot == NOWHERE ? null : new ObjectAddress(slot, generation, bytes);
  }

  void write(FrameWriter out) {
    out.int64(holder.incarnation());
    write(out, id);
    out.int32(attempt).int64(slot).int64(generation).int64(bytes);
  }

  static ObjectLocation read(FrameReader in) {
    return new ObjectLocation(
        new NodeId(in.int64()), readId(in), in.int32(), in.int64(), in.int64(), in.int64());
  }

  static void write(FrameWriter out, ObjectId id) {
    out.int64(id.node()).int64(id.task()).int32(id.index());
  }

  /** Reads the number of an attempt, which counts from one. */
  static int readAttempt(FrameReader in) {
    int attempt = in.int32();
    if (attempt < 1) {
      throw new CodecException("A frame says attempt " + attempt + ": they count from one.", null);
    }
    return attempt;
  }

  static ObjectId readId(FrameReader in) {
    return new ObjectId(in.int64(), in.int64(), in.int32());
  }
}
