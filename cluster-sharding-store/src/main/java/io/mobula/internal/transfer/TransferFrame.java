package io.mobula.internal.transfer;

/**
 * A frame as an Akka message; {@link TransferFrameSerializer} writes its bytes as they are.
 *
 * @param bytes not changed by anybody once it is sent
 */
record TransferFrame(byte[] bytes) implements TransferActor.Command {}
