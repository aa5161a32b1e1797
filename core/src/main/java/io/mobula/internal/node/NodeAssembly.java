package io.mobula.internal.node;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import io.mobula.NodeId;
import io.mobula.internal.actor.LocalActorNames;
import io.mobula.internal.cluster.ClusterMembership;
import io.mobula.internal.memory.ProgressThread;
import io.mobula.internal.memory.SharedStore;
import io.mobula.internal.placement.SingleNodeLeaseSource;
import io.mobula.internal.process.HeapExhaustion;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Assembly of a node: membership, then the parts that know no work, then the engines, then the
 * services of the cluster. Each step uses only what the steps before have made.
 */
final class NodeAssembly {
  private NodeAssembly() {}

  /**
   * Inputs of the assembly.
   *
   * @param owner opens and closes the node
   */
  record NodeInputs(
      NodeId id,
      ActorSystem<?> system,
      NodeSettings settings,
      SharedStore memory,
      Node.NodeOwner owner) {}

  /** Assembles a node that is in a cluster if the settings say so. */
  static Node assemble(NodeInputs inputs) {
    HeapExhaustion.setExits(
        inputs.system().settings().config().getBoolean("akka.jvm-exit-on-fatal-error"));
    var spawner = NodeSpawner.start(
        inputs.id(), inputs.system(), inputs.settings().cluster().maxJoinTime());
    return inputs.settings().cluster().enabled()
        ? inCluster(inputs, spawner)
        : alone(inputs, spawner);
  }

  private static Node alone(NodeInputs inputs, NodeSpawner spawner) {
    var local = LocalParts.start(inputs, spawner, MembershipFactory.singleNode(inputs), false);
    var engines = WorkEngines.create(
        local, new SingleNodeLeaseSource(local.ledger(), local.groups()), new LocalActorNames());
    var services = SingleNodeServices.open(local, engines);
    return new Node(local, engines, services, new ReplicatedPut(local.objects(), null));
  }

  private static Node inCluster(NodeInputs inputs, NodeSpawner spawner) {
    MembershipFactory.requireClusterProvider(inputs.system());
    var progress = ProgressThread.start(inputs.memory());
    var assembled = new CompletableFuture<Node>();
    var membership = MembershipFactory.cluster(
        inputs,
        progress.clock(),
        new MembershipCallbacks(spawner, assembled, inputs.owner().closeRemoved()));
    progress.onResumed(membership::verifyMembership);
    var local = LocalParts.start(inputs, spawner, membership, true);
    var cluster = ClusterParts.create(local, membership, progress);
    var engines = WorkEngines.create(local, cluster.leaseSource(), cluster.names());
    var services = ClusterServices.open(local, cluster, engines);
    var node =
        new Node(local, engines, services, new ReplicatedPut(local.objects(), cluster.objects()));
    assembled.complete(node);
    return node;
  }

  /**
   * Callbacks of the membership. A removal that comes while the node is being assembled ends it
   * afterwards.
   */
  private record MembershipCallbacks(
      NodeSpawner spawner, CompletableFuture<Node> assembled, Consumer<Node> closeRemoved)
      implements ClusterMembership.NodeCallbacks {

    @Override
    public <T> ActorRef<T> spawn(Behavior<T> behavior, String name) {
      return spawner.spawn(behavior, name);
    }

    @Override
    public void removedFromCluster() {
      var _ = assembled.thenAccept(
          node -> Thread.ofPlatform().name("mobula-removed").start(() -> {
            node.endWork();
            closeRemoved.accept(node);
          }));
    }
  }
}
