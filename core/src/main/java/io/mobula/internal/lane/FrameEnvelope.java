package io.mobula.internal.lane;

/**
 * Message that carries frames over Artery: a frame or a part of one with its sequence number, or an
 * acknowledgement alone.
 *
 * @param from the sender's incarnation
 * @param to the receiver's incarnation
 * @param sequence the sequence number, from one; 0 for an acknowledgement alone
 * @param acknowledged the highest number up to which the sender has received all of the receiver's
 *     envelopes
 * @param more whether {@code frame} is a part of a frame, and not its last part
 * @param frame the frame or part; empty for an acknowledgement alone
 */
@SuppressWarnings("ArrayRecordComponent") // passed on, never compared
record FrameEnvelope(
    long from, long to, long sequence, long acknowledged, boolean more, byte[] frame)
    implements ArteryFrameReceiver.Command {

  void copyTo(byte[] whole, int position) {
    System.arraycopy(frame, 0, whole, position, frame.length);
  }
}
