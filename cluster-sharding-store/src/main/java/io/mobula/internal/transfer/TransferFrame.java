package io.mobula.internal.transfer;

/** A frame as an Akka message; {@link TransferFrameSerializer} writes its bytes as they are. */
final class TransferFrame implements TransferActor.Command {
  private final byte[] bytes;

  /** Keeps the array, which nobody changes any more. */
  TransferFrame(byte[] bytes) {
    this.bytes = bytes;
  }

  byte[] bytes() {
    return bytes;
  }
}
