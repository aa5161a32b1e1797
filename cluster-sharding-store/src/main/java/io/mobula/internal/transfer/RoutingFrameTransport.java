package io.mobula.internal.transfer;

/**
 * Transport that sends frames over Aeron to Aeron endpoints and over Akka to Akka endpoints.
 * Belongs to the thread of the {@link TransferEngine}.
 */
final class RoutingFrameTransport implements FrameTransport {
  private final AeronFrameTransport aeron;
  private final ArteryFrameTransport artery;

  RoutingFrameTransport(AeronFrameTransport aeron, ArteryFrameTransport artery) {
    this.aeron = aeron;
    this.artery = artery;
  }

  private FrameTransport of(String endpoint) {
    return endpoint.startsWith(AeronFrameTransport.SCHEME) ? aeron : artery;
  }

  @Override
  public String replyTo(String endpoint) {
    return of(endpoint).replyTo(endpoint);
  }

  @Override
  public int maxFrame(String endpoint) {
    return of(endpoint).maxFrame(endpoint);
  }

  @Override
  public SendResult send(String endpoint, int length, FrameEncoder encoder) {
    return of(endpoint).send(endpoint, length, encoder);
  }

  @Override
  public void disconnect(String endpoint) {
    of(endpoint).disconnect(endpoint);
  }
}
