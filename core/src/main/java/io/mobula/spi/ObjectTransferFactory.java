package io.mobula.spi;

/** Factory of the {@link ObjectTransfer} of a node, found by {@link java.util.ServiceLoader}. */
public interface ObjectTransferFactory {

  /**
   * Starts the transfer and waits some hundred milliseconds until its endpoint is known.
   *
   * @throws io.mobula.error.StoreException when the transport cannot be started: no such address,
   *     or no room for its files
   */
  ObjectTransfer start(TransferSettings settings);
}
