package io.mobula.internal.transfer;

import akka.serialization.ByteBufferSerializer;
import akka.serialization.SerializerWithStringManifest;
import java.io.NotSerializableException;
import java.nio.ByteBuffer;

/**
 * Serializer of {@link TransferFrame}s for Artery: the bytes of the frame and nothing else. The
 * frame contains its version, so the manifest never changes.
 */
public final class TransferFrameSerializer extends SerializerWithStringManifest
    implements ByteBufferSerializer {
  private static final int IDENTIFIER = 44_100_020;
  private static final String MANIFEST = "F";

  /** Creates the serializer for Akka, which instantiates it by name. */
  public TransferFrameSerializer() {}

  @Override
  public int identifier() {
    return IDENTIFIER;
  }

  @Override
  public String manifest(Object message) {
    return MANIFEST;
  }

  @Override
  public byte[] toBinary(Object message) {
    return frame(message).bytes().clone();
  }

  @Override
  public void toBinary(Object message, ByteBuffer buffer) {
    buffer.put(frame(message).bytes());
  }

  @Override
  public Object fromBinary(byte[] bytes, String manifest) throws NotSerializableException {
    require(manifest);
    return new TransferFrame(bytes.clone());
  }

  @Override
  public Object fromBinary(ByteBuffer buffer, String manifest) throws NotSerializableException {
    require(manifest);
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return new TransferFrame(bytes);
  }

  private static TransferFrame frame(Object message) {
    if (message instanceof TransferFrame frame) {
      return frame;
    }
    throw new IllegalArgumentException("Not a frame: " + message.getClass().getName());
  }

  private static void require(String manifest) throws NotSerializableException {
    if (!manifest.equals(MANIFEST)) {
      throw new NotSerializableException("A frame with the manifest " + manifest);
    }
  }
}
