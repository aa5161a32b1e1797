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
 * What one actor system knows of the processes of its cluster's members beyond their heartbeats:
 * from their life locks and progress words where they share this host, from their ports elsewhere.
 * The failure detector and the split brain resolver ask it; Akka makes both, and gives them nothing
 * but the actor system, so it is found by that. Knows nothing until a node opens it. Safe for all
 * threads.
 */
final class MemberLiveness {
  private static final Map<EventStream, MemberLiveness> ALL = new ConcurrentHashMap<>();

  private final Map<String, SuspectedMember> suspects = new ConcurrentHashMap<>();
  private volatile @Nullable NodeContext context;

  /**
   * What a node gives it.
   *
   * @param system whose cluster it is
   * @param own the node's store
   * @param clock goes on only while this process runs
   * @param stoppedAfter for how long the progress word of a process must stand still until it
   *     counts as stopped
   * @param onDead is told of each incarnation that is dead beyond doubt, and how that is known;
   *     several times perhaps, in any thread
   */
  record NodeContext(
      ActorSystem system,
      Peer.StoreLocation own,
      SuspendAwareClock clock,
      Duration stoppedAfter,
      BiConsumer<SystemAddress, String> onDead) {}

  /** That of an actor system. */
  static MemberLiveness of(ActorSystem system) {
    var events = system.eventStream();
    return ALL.computeIfAbsent(events, key -> {
      system.registerOnTermination(() -> ALL.remove(key));
      return new MemberLiveness();
    });
  }

  /** That of the actor system with these events; an empty one if it has none. */
  static MemberLiveness of(EventStream events) {
    var present = ALL.get(events);
    return present == null ? new MemberLiveness() : present;
  }

  void open(NodeContext from) {
    suspects.clear();
    context = from;
  }

  /** The node has ended; its actor system may go on. */
  void close() {
    context = null;
    suspects.clear();
  }

  /** A clock that goes on only while this process runs, in nanoseconds. */
  long nanos() {
    var from = context;
    return from == null ? System.nanoTime() : from.clock().nanos();
  }

  /** Whether the process of the member at that address is known to live, as it shares this host. */
  boolean isAlive(String address) {
    return find(address) == SuspectedMember.Finding.ALIVE;
  }

  /** Whether the process of the member at that address is known to be dead. */
  boolean isDead(String address) {
    var suspect = suspects.get(address);
    return suspect != null && suspect.cause() != null;
  }

  /** Somebody else knows that this incarnation is dead. */
  void markDead(SystemAddress systemAddress, String how) {
    var from = context;
    var suspect = from == null ? null : suspectAt(from, systemAddress.address());
    if (suspect != null && suspect.systemAddress().equals(systemAddress)) {
      suspect.markDead(how);
    }
  }

  /**
   * The member at that address has been silent for longer than it should: finds out whether its
   * process is dead. Does not block.
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
            && StoreLivenessProbe.isOnThisHost(StoreRole.address(store))
        ? StoreRole.address(store)
        : null;
    return new SuspectedMember(systemAddress, shared);
  }

  /** Forgets whoever is no member any more. */
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
