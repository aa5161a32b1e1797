package io.mobula.internal.transfer;

/**
 * Frames over Aeron to endpoints of Aeron, and over Akka to those of Akka. Belongs to the thread of
 * the {@link TransferDesk}.
 */
final class CarrierPair implements Carrier {
  private final AeronCarrier aeron;
  private final ArteryCarrier artery;

  CarrierPair(AeronCarrier aeron, ArteryCarrier artery) {
    this.aeron = aeron;
    this.artery = artery;
  }

  private Carrier of(String endpoint) {
    return endpoint.startsWith(AeronCarrier.SCHEME) ? aeron : artery;
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
  public Sent send(String endpoint, int length, Filler filler) {
    return of(endpoint).send(endpoint, length, filler);
  }

  @Override
  public void forget(String endpoint) {
    of(endpoint).forget(endpoint);
  }
}
