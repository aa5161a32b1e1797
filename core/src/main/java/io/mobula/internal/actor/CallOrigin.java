package io.mobula.internal.actor;

import io.mobula.NodeId;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;

/**
 * Identity of a call of another process for as long as it may be repeated, at whichever incarnation
 * of the actor.
 *
 * @param process the process that has made the call
 * @param stream the number of that process's client of the actor; later clients have larger numbers
 * @param sequence the number of the call on that client, from one
 * @param answeredBefore every call with a smaller number has its outcome and is not repeated
 * @param repeated whether the call may have run before
 */
record CallOrigin(
    NodeId process, long stream, long sequence, long answeredBefore, boolean repeated) {

  /** Numbers that a client sends with a call, besides its stream. */
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
