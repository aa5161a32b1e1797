package io.mobula.internal.cluster;

import akka.actor.ActorSystem;
import akka.cluster.Cluster;
import akka.cluster.Member;
import akka.event.EventStream;
import io.mobula.internal.memory.ProcessLife;
import io.mobula.internal.memory.RunningClock;
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
final class ProcessEvidence {
  private static final Map<EventStream, ProcessEvidence> ALL = new ConcurrentHashMap<>();

  private final Map<String, SuspectedMember> suspects = new ConcurrentHashMap<>();
  private volatile @Nullable Source source;

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
  record Source(
      ActorSystem system,
      Peer.Store own,
      RunningClock clock,
      Duration stoppedAfter,
      BiConsumer<Seat, String> onDead) {}

  /** That of an actor system. */
  static ProcessEvidence of(ActorSystem system) {
    var events = system.eventStream();
    return ALL.computeIfAbsent(events, key -> {
      system.registerOnTermination(() -> ALL.remove(key));
      return new ProcessEvidence();
    });
  }

  /** That of the actor system with these events; an empty one if it has none. */
  static ProcessEvidence of(EventStream events) {
    var present = ALL.get(events);
    return present == null ? new ProcessEvidence() : present;
  }

  void open(Source from) {
    suspects.clear();
    source = from;
  }

  /** The node has ended; its actor system may go on. */
  void close() {
    source = null;
    suspects.clear();
  }

  /** A clock that goes on only while this process runs, in nanoseconds. */
  long nanos() {
    var from = source;
    return from == null ? System.nanoTime() : from.clock().nanos();
  }

  /** Whether the process of the member at that address is known to live, as it shares this host. */
  boolean lives(String address) {
    return find(address) == SuspectedMember.Finding.LIVES;
  }

  /** Whether the process of the member at that address is known to be dead. */
  boolean isDead(String address) {
    var suspect = suspects.get(address);
    return suspect != null && suspect.cause() != null;
  }

  /** Somebody else knows that this incarnation is dead. */
  void ended(Seat seat, String how) {
    var from = source;
    var suspect = from == null ? null : suspectAt(from, seat.address());
    if (suspect != null && suspect.seat().equals(seat)) {
      suspect.ended(how);
    }
  }

  /**
   * The member at that address has been silent for longer than it should: finds out whether its
   * process is dead. Does not block.
   */
  void suspect(String address) {
    var from = source;
    var finding = find(address);
    var suspect = suspects.get(address);
    if (from == null || suspect == null || finding == SuspectedMember.Finding.DEAD) {
      return;
    }
    if (suspect.beginProbe(from.clock().nanos())) {
      Thread.ofVirtual().name("mobula-port-probe").start(() -> probe(from, suspect));
    }
  }

  private static void probe(Source from, SuspectedMember suspect) {
    boolean refused = false;
    try {
      refused = PortProbe.isRefused(suspect.seat().address());
    } finally {
      suspect.probed(refused);
    }
    tell(from, suspect);
  }

  private SuspectedMember.Finding find(String address) {
    var from = source;
    var suspect = from == null ? null : suspectAt(from, address);
    if (from == null || suspect == null) {
      return SuspectedMember.Finding.UNKNOWN;
    }
    var finding = suspect.look(from.clock().nanos(), from.stoppedAfter().toNanos());
    tell(from, suspect);
    return finding;
  }

  private static void tell(Source from, SuspectedMember suspect) {
    var cause = suspect.cause();
    if (cause != null) {
      from.onDead().accept(suspect.seat(), cause);
    }
  }

  private @Nullable SuspectedMember suspectAt(Source from, String address) {
    var cluster = Cluster.get(from.system());
    for (var member : cluster.state().getMembers()) {
      var seat = Seat.of(member);
      if (seat.address().equals(address)
          && !member.uniqueAddress().equals(cluster.selfUniqueAddress())) {
        return suspects.compute(
            address,
            (key, present) -> present != null && present.seat().equals(seat)
                ? present
                : fresh(from, member, seat));
      }
    }
    suspects.remove(address);
    return null;
  }

  private SuspectedMember fresh(Source from, Member member, Seat seat) {
    var store = StoreRole.find(member.getRoles());
    var shared = store != null
            && from.own().isSharedWith(store)
            && ProcessLife.isHere(StoreRole.address(store))
        ? StoreRole.address(store)
        : null;
    return new SuspectedMember(seat, shared);
  }

  /** Forgets whoever is no member any more. */
  void prune() {
    var from = source;
    if (from == null) {
      return;
    }
    var present = new HashSet<String>();
    Cluster.get(from.system())
        .state()
        .getMembers()
        .forEach(member -> present.add(Seat.of(member).address()));
    suspects.keySet().retainAll(present);
  }
}
