package io.mobula.internal.transfer;

/** Frame as an Akka message. {@link TransferFrameSerializer} writes its bytes unchanged. */
final class TransferFrame implements TransferActor.Command {
  private final byte[] bytes;

  /** Keeps the array, which must not change any more. */
  TransferFrame(byte[] bytes) {
    this.bytes = bytes;
  }

  byte[] bytes() {
    return bytes;
  }
}
