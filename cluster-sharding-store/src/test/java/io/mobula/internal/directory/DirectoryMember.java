package io.mobula.internal.directory;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorRefResolver;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.ClusterEvent.MemberEvent;
import akka.cluster.ClusterEvent.MemberRemoved;
import akka.cluster.ClusterEvent.MemberUp;
import akka.cluster.MemberStatus;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Down;
import akka.cluster.typed.Join;
import akka.cluster.typed.Subscribe;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.spi.ActorSpawner;
import io.mobula.spi.ClusterPeers;
import io.mobula.spi.DirectoryListener;
import io.mobula.spi.ObjectDirectory;
import io.mobula.spi.ObjectDirectoryFactory;
import io.mobula.testkit.PollingAssert;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Member of a cluster that has a directory and little else. Members find each other by convention:
 * a node's incarnation is the port at which it listens.
 */
final class DirectoryMember implements AutoCloseable, ClusterPeers, DirectoryListener {
  final ActorSystem<Void> system;
  final NodeId self;
  final ObjectDirectory directory;
  final Set<ObjectId> freed = ConcurrentHashMap.newKeySet();
  private final Set<NodeId> members = new HashSet<>();
  private final List<Listener> listeners = new ArrayList<>();

  private DirectoryMember(boolean hosts) {
    this.system = ActorSystem.create(Behaviors.empty(), "mobula", config(hosts));
    this.self = new NodeId(port(system.address().port().get()));
    members.add(self);
    ActorRef<MemberEvent> _ = system.systemActorOf(membership(), "test-membership", Props.empty());
    this.directory = new ShardedDirectoryFactory()
        .open(new ObjectDirectoryFactory.Setup(
            system,
            this,
            new ActorSpawner() {
              @Override
              public <T> ActorRef<T> spawn(Behavior<T> behavior, String name) {
                return system.systemActorOf(behavior, name + "-" + self, Props.empty());
              }
            },
            (delay, action) -> {
              var timer = system.scheduler().scheduleOnce(delay, action, system.executionContext());
              return timer::cancel;
            },
            this,
            system.settings().config()));
  }

  private static long port(Object port) {
    return ((Number) port).longValue();
  }

  static DirectoryMember start(boolean hosts) {
    return new DirectoryMember(hosts);
  }

  private static Config config(boolean hosts) {
    var text = """
        akka.actor.provider = cluster
        akka.actor.serialization-bindings { "io.mobula.internal.cluster.ControlMessage" = jackson-cbor }
        akka.actor.allow-java-serialization = off
        akka.actor.warn-about-java-serializer-usage = on
        akka.remote.artery { transport = tcp, canonical.hostname = "127.0.0.1", canonical.port = 0 }
        akka.cluster {
          jmx.enabled = off
          allow-weakly-up-members = off
          gossip-interval = 200ms
          leader-actions-interval = 200ms
          periodic-tasks-initial-delay = 200ms
          sharding { retry-interval = 200ms, waiting-for-state-timeout = 1s, updating-state-timeout = 1s }
          sharding.coordinator-singleton.hand-over-retry-interval = 200ms
        }
        akka.loglevel = ERROR
        akka.coordinated-shutdown.run-by-actor-system-terminate = off
        akka.jvm-shutdown-hooks = off
        mobula.directory { shards = 4, grace = 1s, resend = 200ms, digest-interval = 1s }
        """;
    var roles = hosts ? "[\"mobula-directory\"]" : "[\"mobula-driver\"]";
    return ConfigFactory.parseString("akka.cluster.roles = " + roles)
        .withFallback(ConfigFactory.parseString(text))
        .withFallback(ConfigFactory.load());
  }

  void join(DirectoryMember seed) throws Exception {
    join(seed.self.incarnation());
  }

  void join(long port) throws Exception {
    var cluster = Cluster.get(system);
    cluster.manager().tell(Join.create(address(port)));
    PollingAssert.untilEqual(MemberStatus.up(), () -> cluster.selfMember().status());
  }

  private static akka.actor.Address address(long port) {
    return new akka.actor.Address("akka", "mobula", "127.0.0.1", (int) port);
  }

  /** Declares a process dead. */
  void down(NodeId dead) {
    Cluster.get(system).manager().tell(new Down(address(dead.incarnation())));
  }

  private Behavior<MemberEvent> membership() {
    return Behaviors.setup(context -> {
      Cluster.get(context.getSystem())
          .subscriptions()
          .tell(Subscribe.create(context.getSelf(), MemberEvent.class));
      return Behaviors.receive(MemberEvent.class)
          .onMessage(MemberUp.class, event -> {
            came(new NodeId(port(event.member().address().port().get())));
            return Behaviors.same();
          })
          .onMessage(MemberRemoved.class, event -> {
            went(new NodeId(port(event.member().address().port().get())));
            return Behaviors.same();
          })
          .onAnyMessage(other -> Behaviors.same())
          .build();
    });
  }

  private synchronized void came(NodeId node) {
    if (members.add(node)) {
      listeners.forEach(listener -> listener.joined(node));
    }
  }

  private synchronized void went(NodeId node) {
    if (members.remove(node)) {
      listeners.forEach(listener -> listener.left(node, "removed"));
    }
  }

  @Override
  public NodeId self() {
    return self;
  }

  @Override
  public synchronized Set<NodeId> members() {
    return Set.copyOf(members);
  }

  @Override
  public <T> ActorRef<T> actor(NodeId node, String name) {
    return ActorRefResolver.get(system)
        .resolveActorRef(
            "akka://mobula@127.0.0.1:" + node.incarnation() + "/system/" + name + "-" + node);
  }

  @Override
  public synchronized void subscribe(Listener listener) {
    listeners.add(listener);
    members.stream().filter(node -> !node.equals(self)).forEach(listener::joined);
  }

  @Override
  public void freed(ObjectId id) {
    freed.add(id);
  }

  @Override
  public void refused(ObjectId id, int attempt, int accepted) {
    freed.add(id);
  }

  @Override
  public void close() {
    directory.close();
    system.terminate();
    system.getWhenTerminated().toCompletableFuture().join();
  }
}
