package io.mobula.spi;

/** Makes the {@link ObjectTransfer} of a node; found by {@link java.util.ServiceLoader}. */
public interface ObjectTransferFactory {

  /**
   * Starts it; waits until its endpoint is known, some hundred milliseconds.
   *
   * @throws io.mobula.error.StoreException when the carrier cannot be started: no such address, no
   *     room for its files
   */
  ObjectTransfer start(TransferSettings settings);
}
