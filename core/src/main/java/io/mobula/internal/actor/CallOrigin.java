package io.mobula.internal.actor;

import io.mobula.NodeId;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;

/**
 * What names a call of another process for as long as it may be made again, whichever incarnation
 * of the actor it comes to.
 *
 * @param process that has made it
 * @param stream of that process's routes to the actor, later ones have larger numbers
 * @param sequence of the call on that route, from one
 * @param answeredBefore every call with a smaller number has its outcome, and is not made again
 * @param repeated whether it may have been run before
 */
record CallOrigin(
    NodeId process, long stream, long sequence, long answeredBefore, boolean repeated) {

  /** What a route says of its call, besides the stream. */
  record SequenceNumbers(long sequence, long answeredBefore) {
    void write(FrameWriter out) {
      out.int64(sequence).int64(answeredBefore);
    }

    static SequenceNumbers read(FrameReader in) {
      return new SequenceNumbers(in.int64(), in.int64());
    }

    CallOrigin of(NodeId process, long stream, boolean repeated) {
      return new CallOrigin(process, stream, sequence, answeredBefore, repeated);
    }
  }
}
