package io.mobula.internal.transfer;

import io.mobula.spi.ObjectTransfer;
import io.mobula.spi.ObjectTransferFactory;
import io.mobula.spi.TransferSettings;

/** What core finds: starts transfers on the carrier that the settings name. */
public final class TransferFactory implements ObjectTransferFactory {

  /** For {@link java.util.ServiceLoader}. */
  public TransferFactory() {}

  @Override
  public ObjectTransfer start(TransferSettings settings) {
    return switch (settings.carrier()) {
      case TransferSettings.Aeron aeron -> AeronTransfer.start(settings, aeron);
      case TransferSettings.Artery artery -> ArteryTransfer.start(settings, artery);
    };
  }
}
