package io.mobula.internal.sharing;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.error.CodecException;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.memory.ObjectAddress;
import org.jspecify.annotations.Nullable;

/**
 * Where the bytes of an object are: for certain which process has them, and where in its memory
 * they were when that was looked up. A full store moves them; see {@link ObjectPinRequests}.
 *
 * @param holder the process that has sealed them
 * @param id the object
 * @param attempt which run of its task made it
 * @param slot its slot in that process's table, or {@link #NOWHERE}
 * @param generation of the slot
 * @param bytes its size
 */
record ObjectLocation(
    NodeId holder, ObjectId id, int attempt, long slot, long generation, long bytes) {
  /** In place of a slot: they were not in memory. */
  private static final long NOWHERE = -1;

  /** For an object of so many bytes that is in memory there, or not: null. */
  static ObjectLocation of(
      NodeId at, ObjectId id, int attempt, long bytes, @Nullable ObjectAddress address) {
    return address == null
        ? new ObjectLocation(at, id, attempt, NOWHERE, 0, bytes)
        : new ObjectLocation(
            at, id, attempt, address.slot(), address.generation(), address.bytes());
  }

  /** Where in that process's memory they were, or null if they were not. */
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

  /** Which run of its task has made an object; from one. */
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
