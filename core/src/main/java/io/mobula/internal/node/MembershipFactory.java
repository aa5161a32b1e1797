package io.mobula.internal.node;

import akka.actor.typed.ActorSystem;
import io.mobula.NodeId;
import io.mobula.error.SettingsException;
import io.mobula.internal.cluster.ClusterMembership;
import io.mobula.internal.cluster.ClusterSettings;
import io.mobula.internal.cluster.HostName;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.cluster.SingleNodeMembership;
import io.mobula.internal.memory.SuspendAwareClock;
import java.util.function.Supplier;

/** Factory of a node's membership: in a cluster if the settings say so, else without one. */
final class MembershipFactory {
  private static final int SHORT = 4;

  private MembershipFactory() {}

  static Membership membership(
      NodeId id,
      ActorSystem<?> system,
      ClusterSettings settings,
      Peer.StoreLocation store,
      boolean ownsSystem,
      Supplier<SuspendAwareClock> clock,
      ClusterMembership.NodeCallbacks node) {
    if (!settings.enabled()) {
      return new SingleNodeMembership(
          system, self(id, SingleNodeMembership.ADDRESS, settings.identity(), store));
    }
    var provider = system.settings().config().getString("akka.actor.provider");
    if (!provider.equals("cluster") && !provider.endsWith("ClusterActorRefProvider")) {
      throw new SettingsException("mobula.cluster.listen is on, but the actor system "
          + system.name() + " has akka.actor.provider=" + provider
          + ". Make it with akka.actor.provider=cluster, or turn mobula.cluster.listen off.");
    }
    var address = ClusterMembership.addressOf(system);
    return ClusterMembership.start(
        system,
        self(id, address, settings.identity(), store),
        settings,
        ownsSystem,
        clock.get(),
        node);
  }

  private static Peer self(
      NodeId id, String address, ClusterSettings.Identity identity, Peer.StoreLocation store) {
    var host = HostName.get();
    long pid = ProcessHandle.current().pid();
    var name = identity.node() == null
        ? host + "-" + pid + "-" + id.toString().substring(0, SHORT)
        : identity.node();
    return new Peer(id, address, name, host, pid, identity.role(), identity.labels(), store);
  }
}
