package io.mobula.internal.cluster;

import akka.remote.RemoteTransportException;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigValueFactory;
import io.mobula.error.ClusterException;
import java.net.BindException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.util.List;
import java.util.Locale;

/** The configuration of an actor system that is to be a member of a cluster. */
public final class ClusterSystem {
  private static final String ROLE = "mobula-";

  private ClusterSystem() {}

  /** {@code mobula.cluster.actor-system}, with what the settings say about addresses and roles. */
  public static Config overlay(Config config, ClusterSettings settings) {
    var role = ROLE + settings.identity().role().name().toLowerCase(Locale.ROOT);
    return ConfigFactory.empty()
        .withValue(
            "akka.remote.artery.canonical.hostname",
            ConfigValueFactory.fromAnyRef(settings.binding().host()))
        .withValue(
            "akka.remote.artery.canonical.port",
            ConfigValueFactory.fromAnyRef(settings.binding().port()))
        .withValue("akka.cluster.roles", ConfigValueFactory.fromIterable(List.of(role)))
        .withFallback(config.getConfig("mobula.cluster.actor-system"));
  }

  /** Whether the actor system did not start because of its address. */
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

  /** The failure to be thrown then. */
  public static ClusterException cannotListen(ClusterSettings settings, Throwable cause) {
    var binding = settings.binding();
    return new ClusterException(
        ClusterException.Reason.CANNOT_LISTEN,
        "Cannot listen at " + binding.host() + ":" + binding.port()
            + " (mobula.cluster.host, mobula.cluster.port): " + cause.getMessage()
            + ". Take an address of this host and a free port; port 0 finds one.",
        cause);
  }

  /** Whether a member of this role is sure to be one of ours. */
  static boolean isOurs(String role) {
    return role.startsWith(ROLE);
  }
}
