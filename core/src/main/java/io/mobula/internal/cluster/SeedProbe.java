package io.mobula.internal.cluster;

import io.mobula.error.ClusterException.Reason;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;

/** Finds out, with a connection of its own, why a seed has not answered. Blocks. */
final class SeedProbe {
  private static final int PATIENCE_MILLIS = 2_000;

  private SeedProbe() {}

  /** What was found at a seed. */
  record Finding(Reason reason, String text) {}

  static Finding look(String seed, ClusterSettings settings, String ownAddress) {
    int colon = seed.lastIndexOf(':');
    var address = new InetSocketAddress(
        seed.substring(0, colon), Integer.parseInt(seed.substring(colon + 1)));
    if (address.isUnresolved()) {
      return new Finding(
          Reason.SEED_UNANSWERED, seed + ": no host of the name " + address.getHostString());
    }
    try (var socket = new Socket()) {
      socket.connect(address, PATIENCE_MILLIS);
      return new Finding(
          Reason.NO_WAY_BACK,
          seed + ": something accepts connections there, but no answer came back to " + ownAddress
              + ". Is it a node of Mobula, with TLS as here ("
              + (settings.security().tls() == null ? "off" : "on")
              + ")? Can it connect to " + ownAddress + " (mobula.cluster.host, firewalls)?");
    } catch (IOException e) {
      return new Finding(
          Reason.SEED_UNANSWERED, seed + ": nobody accepts connections (" + e.getMessage() + ")");
    }
  }
}
