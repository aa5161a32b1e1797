package io.mobula.internal.node;

import akka.actor.typed.ActorSystem;
import io.mobula.error.SettingsException;
import io.mobula.internal.cluster.ClusterMembership;
import io.mobula.internal.cluster.HostName;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.cluster.SingleNodeMembership;
import io.mobula.internal.memory.SuspendAwareClock;

/** Factory of a node's membership, in a cluster or without one. */
final class MembershipFactory {
  private static final int SHORT = 4;

  private MembershipFactory() {}

  /** Creates the membership of a node without a cluster. */
  static SingleNodeMembership singleNode(NodeAssembly.NodeInputs inputs) {
    return new SingleNodeMembership(inputs.system(), self(inputs, SingleNodeMembership.ADDRESS));
  }

  /** Refuses an actor system that cannot be in a cluster. */
  static void requireClusterProvider(ActorSystem<?> system) {
    var provider = system.settings().config().getString("akka.actor.provider");
    if (!provider.equals("cluster") && !provider.endsWith("ClusterActorRefProvider")) {
      throw new SettingsException("mobula.cluster.listen is on, but the actor system "
          + system.name() + " has akka.actor.provider=" + provider
          + ". Make it with akka.actor.provider=cluster, or turn mobula.cluster.listen off.");
    }
  }

  /** Starts the membership of a node in a cluster; it does not join yet. */
  static ClusterMembership cluster(
      NodeAssembly.NodeInputs inputs,
      SuspendAwareClock clock,
      ClusterMembership.NodeCallbacks node) {
    return ClusterMembership.start(
        inputs.system(),
        self(inputs, ClusterMembership.addressOf(inputs.system())),
        inputs.settings().cluster(),
        inputs.owner().ownsSystem(),
        clock,
        node);
  }

  private static Peer self(NodeAssembly.NodeInputs inputs, String address) {
    var identity = inputs.settings().cluster().identity();
    var host = HostName.get();
    long pid = ProcessHandle.current().pid();
    var name = identity.node() == null
        ? host + "-" + pid + "-" + inputs.id().toString().substring(0, SHORT)
        : identity.node();
    return new Peer(
        inputs.id(),
        address,
        name,
        host,
        pid,
        identity.role(),
        identity.labels(),
        inputs.settings().storeLocation(inputs.memory()));
  }
}
