package io.mobula.internal.lane;

/**
 * What lies on Artery's wire: a frame with its number, or an acknowledgement alone.
 *
 * @param from the sender's incarnation
 * @param to the receiver's incarnation
 * @param sequence the frame's number from one; 0 for an acknowledgement alone
 * @param acknowledged up to which number the sender has received the receiver's frames
 * @param more whether this is a part of a frame, and not its last
 * @param frame the frame or part; empty for an acknowledgement alone
 */
@SuppressWarnings("ArrayRecordComponent") // handed on, never compared
record FrameEnvelope(
    long from, long to, long sequence, long acknowledged, boolean more, byte[] frame)
    implements ArteryFrameReceiver.Command {

  void copyTo(byte[] whole, int position) {
    System.arraycopy(frame, 0, whole, position, frame.length);
  }
}
