package io.mobula.internal.cluster;

import akka.actor.ActorSystem;
import akka.cluster.Cluster;
import akka.cluster.Member;
import akka.event.EventStream;
import io.mobula.internal.memory.StoreLivenessProbe;
import io.mobula.internal.memory.SuspendAwareClock;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Liveness of the processes of cluster members, beyond their heartbeats: from life locks and
 * progress words on this host, from ports on other hosts. The failure detector and the split brain
 * resolver ask it. Akka creates both and passes them only the actor system, by which they find this
 * object. Knows nothing until a node opens it. Thread-safe.
 */
final class MemberLiveness {
  private static final Map<EventStream, MemberLiveness> ALL = new ConcurrentHashMap<>();

  private final Map<String, SuspectedMember> suspects = new ConcurrentHashMap<>();
  private volatile @Nullable NodeContext context;

  /**
   * Context that a node provides.
   *
   * @param system the actor system of the cluster
   * @param own the node's store
   * @param clock advances only while this process runs
   * @param stoppedAfter how long the progress word of a process must stand still until the process
   *     counts as stopped
   * @param onDead is told of each incarnation that is dead beyond doubt and how that is known;
   *     perhaps several times, on any thread
   */
  record NodeContext(
      ActorSystem system,
      Peer.StoreLocation own,
      SuspendAwareClock clock,
      Duration stoppedAfter,
      BiConsumer<SystemAddress, String> onDead) {}

  /** Returns the object of an actor system. */
  static MemberLiveness of(ActorSystem system) {
    var events = system.eventStream();
    return ALL.computeIfAbsent(events, key -> {
      system.registerOnTermination(() -> ALL.remove(key));
      return new MemberLiveness();
    });
  }

  /** Returns the object of the actor system with these events; an empty one if there is none. */
  static MemberLiveness of(EventStream events) {
    var present = ALL.get(events);
    return present == null ? new MemberLiveness() : present;
  }

  void open(NodeContext from) {
    suspects.clear();
    context = from;
  }

  /** Forgets everything, as the node has ended; its actor system may go on. */
  void close() {
    context = null;
    suspects.clear();
  }

  /** Returns the time of a clock that advances only while this process runs, in nanoseconds. */
  long nanos() {
    var from = context;
    return from == null ? System.nanoTime() : from.clock().nanos();
  }

  /**
   * Returns whether the process of the member at that address is on this host and known to be
   * alive.
   */
  boolean isAlive(String address) {
    return find(address) == SuspectedMember.Finding.ALIVE;
  }

  /** Returns whether the process of the member at that address is known to be dead. */
  boolean isDead(String address) {
    var suspect = suspects.get(address);
    return suspect != null && suspect.cause() != null;
  }

  /** Marks this incarnation as dead, as another component knows. */
  void markDead(SystemAddress systemAddress, String how) {
    var from = context;
    var suspect = from == null ? null : suspectAt(from, systemAddress.address());
    if (suspect != null && suspect.systemAddress().equals(systemAddress)) {
      suspect.markDead(how);
    }
  }

  /**
   * Checks a member that has been silent for too long: finds out whether its process is dead. Does
   * not block.
   */
  void checkSuspect(String address) {
    var from = context;
    var finding = find(address);
    var suspect = suspects.get(address);
    if (from == null || suspect == null || finding == SuspectedMember.Finding.DEAD) {
      return;
    }
    if (suspect.beginProbe(from.clock().nanos())) {
      Thread.ofVirtual().name("mobula-port-probe").start(() -> probe(from, suspect));
    }
  }

  private static void probe(NodeContext from, SuspectedMember suspect) {
    boolean refused = false;
    try {
      refused = PortProbe.isRefused(suspect.systemAddress().address());
    } finally {
      suspect.probed(refused);
    }
    tell(from, suspect);
  }

  private SuspectedMember.Finding find(String address) {
    var from = context;
    var suspect = from == null ? null : suspectAt(from, address);
    if (from == null || suspect == null) {
      return SuspectedMember.Finding.UNKNOWN;
    }
    var finding = suspect.look(from.clock().nanos(), from.stoppedAfter().toNanos());
    tell(from, suspect);
    return finding;
  }

  private static void tell(NodeContext from, SuspectedMember suspect) {
    var cause = suspect.cause();
    if (cause != null) {
      from.onDead().accept(suspect.systemAddress(), cause);
    }
  }

  private @Nullable SuspectedMember suspectAt(NodeContext from, String address) {
    var cluster = Cluster.get(from.system());
    for (var member : cluster.state().getMembers()) {
      var systemAddress = SystemAddress.of(member);
      if (systemAddress.address().equals(address)
          && !member.uniqueAddress().equals(cluster.selfUniqueAddress())) {
        return suspects.compute(
            address,
            (key, present) -> present != null && present.systemAddress().equals(systemAddress)
                ? present
                : fresh(from, member, systemAddress));
      }
    }
    suspects.remove(address);
    return null;
  }

  private SuspectedMember fresh(NodeContext from, Member member, SystemAddress systemAddress) {
    var store = StoreRole.find(member.getRoles());
    var shared = store != null
            && from.own().isSharedWith(store)
            && StoreLivenessProbe.isOnThisHost(store.address())
        ? store.address()
        : null;
    return new SuspectedMember(systemAddress, shared);
  }

  /** Forgets processes that are no longer members. */
  void prune() {
    var from = context;
    if (from == null) {
      return;
    }
    var present = new HashSet<String>();
    Cluster.get(from.system())
        .state()
        .getMembers()
        .forEach(member -> present.add(SystemAddress.of(member).address()));
    suspects.keySet().retainAll(present);
  }
}
