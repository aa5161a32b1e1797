package io.mobula.internal.cluster;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.Signal;
import akka.actor.typed.Terminated;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import io.mobula.NodeId;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where strangers knock, at the same path in every process: it looks at who wants to join before
 * that can touch the cluster, and passes on what members say that do not know this incarnation yet.
 */
final class Gate extends AbstractOnMessageBehavior<Gate.Command> {
  /** Its name below {@code /system}. */
  static final String NAME = "mobula-gate";

  /**
   * For how long a name is reserved for a process that was let in and has not appeared. A process
   * that is still joining knocks every second, which renews the reservation.
   */
  private static final Duration RESERVED = Duration.ofSeconds(20);

  private static final int MOST_RESERVED = 10_000;

  /**
   * For how long a name is disputed before the newcomer is refused: one that was killed and started
   * again may be here before its death is known.
   */
  private static final Duration DISPUTED = Duration.ofMillis(2_500);

  sealed interface Command permits Knock, Hello, Goodbye, Verify, Removed {}

  /**
   * Somebody wants to join.
   *
   * @param cluster the name of the cluster it looks for
   * @param protocol the version it speaks
   * @param name its own
   * @param id its incarnation
   */
  record Knock(String cluster, int protocol, String name, NodeId id, ActorRef<Answer> replyTo)
      implements Command, ControlMessage {}

  /**
   * What it is told.
   *
   * @param cluster the name of the cluster here
   * @param protocol the version spoken here
   * @param detail more, for people
   */
  record Answer(Verdict verdict, String cluster, int protocol, String detail)
      implements ControlMessage {}

  /** Whether it may join. */
  enum Verdict {
    WELCOME,
    NOT_YET,
    OTHER_CLUSTER,
    OTHER_PROTOCOL,
    NAME_TAKEN
  }

  /**
   * A node introduces itself.
   *
   * @param uid of its actor system
   * @param knowsYou whether it knows whom it says this to
   */
  record Hello(Peer peer, long uid, boolean knowsYou)
      implements Command, Members.Command, ControlMessage {}

  /** A node ends. */
  record Goodbye(NodeId id) implements Command, Members.Command, ControlMessage {}

  /**
   * A process has stood still for so long that it may have been removed meanwhile.
   *
   * @param address of its actor system
   * @param uid of its actor system
   */
  record Verify(NodeId id, String address, long uid)
      implements Command, Members.Command, ControlMessage {}

  /** The answer to {@link Verify} of who has removed it. Who has not says nothing. */
  record Removed(NodeId id) implements Command, Members.Command, ControlMessage {}

  private record Reservation(NodeId id, String address, long until) {}

  private final ClusterMembership membership;
  private final ActorRef<Members.Command> members;
  private final Map<String, Reservation> reserved = new HashMap<>();
  private final Map<NodeId, Long> disputed = new HashMap<>();

  private Gate(
      ActorContext<Command> context,
      ClusterMembership membership,
      ActorRef<Members.Command> members) {
    super(context);
    this.membership = membership;
    this.members = members;
    context.watch(members);
  }

  static Behavior<Command> create(ClusterMembership membership, ActorRef<Members.Command> members) {
    return Behaviors.setup(context -> new Gate(context, membership, members));
  }

  @Override
  public Behavior<Command> onMessage(Command message) {
    switch (message) {
      case Knock knock -> knock.replyTo().tell(answer(knock));
      case Hello hello -> members.tell(hello);
      case Goodbye goodbye -> members.tell(goodbye);
      case Verify verify -> members.tell(verify);
      case Removed removed -> members.tell(removed);
    }
    return this;
  }

  /** Ends with the node, although it is not the node's child. */
  @Override
  public Behavior<Command> onSignal(Signal signal) {
    return signal instanceof Terminated ? Behaviors.stopped() : this;
  }

  private Answer answer(Knock knock) {
    var identity = membership.settings().identity();
    if (knock.protocol() != Protocol.VERSION) {
      return answer(Verdict.OTHER_PROTOCOL, "");
    }
    if (!knock.cluster().equals(identity.cluster())) {
      return answer(Verdict.OTHER_CLUSTER, "");
    }
    var address = addressOf(knock);
    endPredecessor(knock, address);
    var holder = holder(knock, address);
    if (holder != null) {
      var verdict = dispute(knock, holder);
      return answer(
          verdict,
          verdict == Verdict.NOT_YET ? "its name belongs to " + holder : holder.toString());
    }
    if (isReserved(knock, address)) {
      return answer(Verdict.NOT_YET, "its name belongs to another that is just joining");
    }
    if (!membership.isUp()) {
      return answer(Verdict.NOT_YET, "it is not a member itself yet");
    }
    reserve(knock, address);
    return answer(Verdict.WELCOME, "");
  }

  private Answer answer(Verdict verdict, String detail) {
    return new Answer(
        verdict, membership.settings().identity().cluster(), Protocol.VERSION, detail);
  }

  /** Where the newcomer listens, which nobody else does. */
  private static String addressOf(Knock knock) {
    return Seat.hostAndPort(knock.replyTo().path().address().toString());
  }

  /** Whoever was at the same address before is dead: its place is taken. */
  private void endPredecessor(Knock knock, String address) {
    for (var peer : membership.peers()) {
      if (peer.address().equals(address) && !peer.id().equals(knock.id())) {
        membership.died(peer.id(), "its place is taken by a newer incarnation");
      }
    }
  }

  private @Nullable Peer holder(Knock knock, String address) {
    if (membership.self().name().equals(knock.name())) {
      return membership.self();
    }
    for (var peer : membership.peers()) {
      if (peer.name().equals(knock.name())
          && !peer.id().equals(knock.id())
          && !peer.address().equals(address)) {
        return peer;
      }
    }
    return null;
  }

  /** Whoever does not answer is not refused in favour of: it comes back or is taken for dead. */
  private Verdict dispute(Knock knock, Peer holder) {
    if (holder.id().equals(membership.self().id())) {
      return Verdict.NAME_TAKEN;
    }
    membership.evidence().suspect(holder.address());
    long now = System.nanoTime();
    disputed.values().removeIf(since -> now - since > RESERVED.toNanos());
    long since = disputed.size() < MOST_RESERVED
        ? disputed.computeIfAbsent(knock.id(), id -> now)
        : disputed.getOrDefault(knock.id(), now);
    return now - since < DISPUTED.toNanos() || membership.standing(holder) == Standing.UNREACHABLE
        ? Verdict.NOT_YET
        : Verdict.NAME_TAKEN;
  }

  private boolean isReserved(Knock knock, String address) {
    var reservation = reserved.get(knock.name());
    return reservation != null
        && !reservation.id().equals(knock.id())
        && !reservation.address().equals(address)
        && reservation.until() - System.nanoTime() > 0;
  }

  private void reserve(Knock knock, String address) {
    long now = System.nanoTime();
    reserved.values().removeIf(each -> each.until() - now < 0);
    if (reserved.size() < MOST_RESERVED) {
      reserved.put(knock.name(), new Reservation(knock.id(), address, now + RESERVED.toNanos()));
    }
  }
}
