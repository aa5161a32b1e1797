package io.mobula.internal.cluster;

import akka.remote.RemoteTransportException;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigValueFactory;
import io.mobula.error.ClusterException;
import io.mobula.error.SettingsException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.net.ssl.SSLContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Configuration of an actor system that is to be a cluster member. */
public final class ClusterSystemConfig {
  /** Role of members that vote, one of which schedules placement groups. */
  public static final String NODE = "mobula-node";

  /** Role of members that host shards of the directory: all but drivers, which come and go. */
  static final String DIRECTORY = "mobula-directory";

  private static final Logger LOG = LoggerFactory.getLogger(ClusterSystemConfig.class);
  private static final String ROLE = "mobula-";

  private ClusterSystemConfig() {}

  /**
   * Returns {@code mobula.cluster.actor-system} overlaid with addresses, roles and encryption from
   * the settings.
   *
   * @param store the location of the process's shared memory, by which others on its host see that
   *     it is alive
   * @throws SettingsException when it would listen beyond this host without protection
   */
  public static Config overlay(Config config, ClusterSettings settings, Peer.StoreLocation store) {
    requireProtection(settings);
    return ConfigFactory.empty()
        .withValue(
            "akka.remote.artery.canonical.hostname",
            ConfigValueFactory.fromAnyRef(settings.binding().host()))
        .withValue(
            "akka.remote.artery.canonical.port",
            ConfigValueFactory.fromAnyRef(settings.binding().port()))
        .withValue(
            "akka.cluster.roles",
            ConfigValueFactory.fromIterable(roles(settings.identity().role(), store)))
        .withFallback(encryption(settings.security()))
        .withFallback(config.getConfig("mobula.cluster.actor-system"));
  }

  private static List<String> roles(Peer.Role role, Peer.StoreLocation store) {
    var own = ROLE + role.name().toLowerCase(Locale.ROOT);
    var place = StoreRole.of(store);
    return role == Peer.Role.DRIVER ? List.of(own, place) : List.of(own, DIRECTORY, place);
  }

  private static Config encryption(ClusterSettings.Security security) {
    if (security.tls() == null) {
      return ConfigFactory.empty();
    }
    SSLContext _ =
        PemFiles.context(security.tls()); // malformed files are refused before anything starts
    return ConfigFactory.parseMap(Map.of(
        "akka.remote.artery.transport",
        "tls-tcp",
        "akka.remote.artery.ssl.ssl-engine-provider",
        MutualTls.class.getName()));
  }

  private static void requireProtection(ClusterSettings settings) {
    var host = settings.binding().host();
    var address = addressOf(host);
    if (address.isAnyLocalAddress()) {
      throw new SettingsException("Setting mobula.cluster.host=" + host
          + " is no address that others could reach this host by. Name one of its own addresses.");
    }
    if (address.isLoopbackAddress() || settings.security().tls() != null) {
      return;
    }
    if (!settings.security().insecure()) {
      throw new SettingsException("Setting mobula.cluster.host=" + host
          + " opens a port beyond this host, where whoever can connect can run any code. Set mobula.tls.certificate, "
          + "mobula.tls.key and mobula.tls.ca, or mobula.insecure=true if the network is trusted.");
    }
    LOG.warn(
        "mobula.insecure: this process listens at {} in clear text; whoever can connect can run any code in it.",
        host);
  }

  private static InetAddress addressOf(String host) {
    try {
      return InetAddress.getByName(host);
    } catch (UnknownHostException e) {
      throw new SettingsException(
          "Setting mobula.cluster.host=" + host + " is no address and no known name of a host.", e);
    }
  }

  /** Returns whether the actor system has not started because of its address. */
  public static boolean isAboutListening(Throwable failure) {
    for (Throwable each = failure; each != null; each = each.getCause()) {
      if (each instanceof BindException
          || each instanceof UnresolvedAddressException
          || each instanceof UnknownHostException
          || each instanceof RemoteTransportException) {
        return true;
      }
    }
    return false;
  }

  /** Returns the exception for an actor system that cannot listen. */
  public static ClusterException cannotListen(ClusterSettings settings, Throwable cause) {
    var binding = settings.binding();
    return new ClusterException(
        ClusterException.Reason.CANNOT_LISTEN,
        "Cannot listen at " + binding.host() + ":" + binding.port()
            + " (mobula.cluster.host, mobula.cluster.port): " + cause.getMessage()
            + ". Take an address of this host and a free port; port 0 finds one.",
        cause);
  }

  /** Returns whether members with this role are processes of Mobula. */
  static boolean isMobulaRole(String role) {
    return role.startsWith(ROLE);
  }
}
