package io.mobula.internal.transfer;

import io.mobula.error.StoreException;
import io.mobula.spi.ObjectTransfer;
import io.mobula.spi.ObjectTransferFactory;
import io.mobula.spi.TransferSettings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Factory that core finds by {@link java.util.ServiceLoader}. It starts transfers on the transport
 * that the settings name.
 */
public final class TransferFactory implements ObjectTransferFactory {
  private static final Logger LOG = LoggerFactory.getLogger(TransferFactory.class);

  /** Creates the factory for {@link java.util.ServiceLoader}. */
  public TransferFactory() {}

  @Override
  public ObjectTransfer start(TransferSettings settings) {
    return switch (settings.transport()) {
      case TransferSettings.AeronTransport aeron -> AeronTransfer.start(settings, aeron, null);
      case TransferSettings.ArteryTransport artery -> ArteryTransfer.start(settings, artery);
      case TransferSettings.AeronWithFallback either -> start(settings, either);
    };
  }

  private static ObjectTransfer start(
      TransferSettings settings, TransferSettings.AeronWithFallback either) {
    try {
      return AeronTransfer.start(settings, either.aeron(), either.artery());
    } catch (StoreException cannot) {
      LOG.warn("Objects are transferred over Akka until this node is stopped", cannot);
      return ArteryTransfer.start(settings, either.artery());
    }
  }
}
