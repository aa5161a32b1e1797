package io.mobula.internal.sharing;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;

/**
 * Where the bytes of an object are.
 *
 * @param at the process that has sealed them
 * @param id the object
 * @param attempt which run of its task made it
 * @param slot its slot in that process's table
 * @param generation of the slot
 * @param bytes its size
 */
record Location(NodeId at, ObjectId id, int attempt, long slot, long generation, long bytes) {

  void write(FrameWriter out) {
    out.int64(at.incarnation());
    write(out, id);
    out.int32(attempt).int64(slot).int64(generation).int64(bytes);
  }

  static Location read(FrameReader in) {
    return new Location(
        new NodeId(in.int64()), readId(in), in.int32(), in.int64(), in.int64(), in.int64());
  }

  static void write(FrameWriter out, ObjectId id) {
    out.int64(id.node()).int64(id.task()).int32(id.index());
  }

  static ObjectId readId(FrameReader in) {
    return new ObjectId(in.int64(), in.int64(), in.int32());
  }
}
