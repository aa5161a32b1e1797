package io.mobula.internal.cluster;

import io.mobula.error.ClusterException.Reason;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * Probe that finds out, with a connection of its own, why a seed has not answered. Blocks for some
 * seconds.
 */
final class SeedProbe {
  private static final int TIMEOUT_MILLIS = 2_000;

  private final String seed;
  private final InetSocketAddress address;
  private final ClusterSettings settings;
  private final String ownAddress;

  private SeedProbe(String seed, ClusterSettings settings, String ownAddress) {
    int colon = seed.lastIndexOf(':');
    this.seed = seed;
    this.address = new InetSocketAddress(
        seed.substring(0, colon), Integer.parseInt(seed.substring(colon + 1)));
    this.settings = settings;
    this.ownAddress = ownAddress;
  }

  /** Finding of a probe at a seed. */
  record Finding(Reason reason, String text) {}

  static Finding look(String seed, ClusterSettings settings, String ownAddress) {
    return new SeedProbe(seed, settings, ownAddress).look();
  }

  private Finding look() {
    if (address.isUnresolved()) {
      return unanswered("no host of the name " + address.getHostString() + " is known");
    }
    try (var socket = new Socket()) {
      socket.connect(address, TIMEOUT_MILLIS);
      var tls = settings.security().tls();
      var distrust = tls == null ? null : tlsFailure(socket, tls);
      return distrust == null ? noWayBack() : distrust;
    } catch (IOException e) {
      return unanswered("nobody accepts connections there (" + e.getMessage() + ")");
    }
  }

  private @Nullable Finding tlsFailure(Socket plain, ClusterSettings.Tls tls) throws IOException {
    var context = PemFiles.context(tls);
    try (var socket = (SSLSocket) context
        .getSocketFactory()
        .createSocket(plain, address.getHostString(), address.getPort(), true)) {
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket.setSSLParameters(MutualTls.parameters(context, true));
      socket.startHandshake();
      // the seed reports here whether it accepts our certificate
      int _ = socket.getInputStream().read();
      return null;
    } catch (SSLException e) {
      return new Finding(
          Reason.NOT_TRUSTED,
          seed + ": no trust between its certificate and ours (" + e.getMessage()
              + "); both must be issued by the authority in mobula.tls.ca, and its one be made out to "
              + address.getHostString());
    } catch (SocketTimeoutException silent) {
      return null;
    }
  }

  private Finding unanswered(String why) {
    return new Finding(Reason.SEED_UNANSWERED, seed + ": " + why);
  }

  private Finding noWayBack() {
    return new Finding(
        Reason.NO_RETURN_PATH,
        seed + ": something accepts connections there, but no answer came back to " + ownAddress
            + ". Is it a node of Mobula, with TLS "
            + (settings.security().tls() == null ? "off" : "on")
            + " as here? Can it connect to " + ownAddress
            + " (mobula.cluster.host, firewalls, containers)?");
  }
}
