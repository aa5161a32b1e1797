package io.mobula.internal.lane;

import akka.serialization.ByteBufferSerializer;
import akka.serialization.SerializerWithStringManifest;
import java.io.NotSerializableException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Akka serializer of {@link FrameEnvelope}: a header of 44 bytes, then the frame or part; the
 * manifest says which of the two. Created by Akka; safe for all threads.
 */
public final class FrameEnvelopeSerializer extends SerializerWithStringManifest
    implements ByteBufferSerializer {
  // "MOBL" and a bit; Akka wants a number that no other serializer has
  private static final int IDENTIFIER = 1_297_040_962;
  private static final String LAST = "1";
  private static final String PART = "2";
  private static final int HEADER = 4 * Long.BYTES + Integer.BYTES;

  /** Creates the serializer; called by Akka. */
  public FrameEnvelopeSerializer() {}

  @Override
  public int identifier() {
    return IDENTIFIER;
  }

  @Override
  public String manifest(Object o) {
    return ((FrameEnvelope) o).more() ? PART : LAST;
  }

  @Override
  public void toBinary(Object o, ByteBuffer buf) {
    var envelope = (FrameEnvelope) o;
    buf.order(ByteOrder.LITTLE_ENDIAN)
        .putLong(envelope.from())
        .putLong(envelope.to())
        .putLong(envelope.sequence())
        .putLong(envelope.acknowledged())
        .putInt(envelope.frame().length)
        .put(envelope.frame());
  }

  @Override
  public byte[] toBinary(Object o) {
    var buffer = ByteBuffer.allocate(HEADER + ((FrameEnvelope) o).frame().length);
    toBinary(o, buffer);
    return buffer.array();
  }

  @Override
  public Object fromBinary(ByteBuffer buf, String manifest) throws NotSerializableException {
    var from = buf.order(ByteOrder.LITTLE_ENDIAN);
    boolean more = PART.equals(manifest);
    if (!(more || LAST.equals(manifest)) || from.remaining() < HEADER) {
      throw new NotSerializableException("Not a frame envelope of version " + LAST + " or " + PART
          + ": version " + manifest + " of " + from.remaining() + " bytes");
    }
    long sender = from.getLong();
    long receiver = from.getLong();
    long sequence = from.getLong();
    long acknowledged = from.getLong();
    int length = from.getInt();
    if (length < 0 || length > from.remaining()) {
      throw new NotSerializableException(
          "A frame envelope announces " + length + " bytes and has " + from.remaining());
    }
    var frame = new byte[length];
    from.get(frame);
    return new FrameEnvelope(sender, receiver, sequence, acknowledged, more, frame);
  }

  @Override
  public Object fromBinary(byte[] bytes, String manifest) throws NotSerializableException {
    return fromBinary(ByteBuffer.wrap(bytes), manifest);
  }
}
