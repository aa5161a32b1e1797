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
final class JoinGatekeeper extends AbstractOnMessageBehavior<JoinGatekeeper.Command> {
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

  sealed interface Command permits JoinRequest, Hello, Goodbye, VerifyMembership, RemovalNotice {}

  /**
   * Somebody wants to join.
   *
   * @param cluster the name of the cluster it looks for
   * @param protocol the version it speaks
   * @param name its own
   * @param id its incarnation
   */
  record JoinRequest(
      String cluster, int protocol, String name, NodeId id, ActorRef<JoinReply> replyTo)
      implements Command, ControlMessage {}

  /**
   * What it is told.
   *
   * @param cluster the name of the cluster here
   * @param protocol the version spoken here
   * @param detail more, for people
   */
  record JoinReply(JoinVerdict verdict, String cluster, int protocol, String detail)
      implements ControlMessage {}

  /** Whether it may join. */
  enum JoinVerdict {
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
      implements Command, MembershipActor.Command, ControlMessage {}

  /** A node ends. */
  record Goodbye(NodeId id) implements Command, MembershipActor.Command, ControlMessage {}

  /**
   * A process has stood still for so long that it may have been removed meanwhile.
   *
   * @param address of its actor system
   * @param uid of its actor system
   */
  record VerifyMembership(NodeId id, String address, long uid)
      implements Command, MembershipActor.Command, ControlMessage {}

  /** The answer to {@link VerifyMembership} of who has removed it. Who has not says nothing. */
  record RemovalNotice(NodeId id) implements Command, MembershipActor.Command, ControlMessage {}

  private record NameReservation(NodeId id, String address, long until) {}

  private final ClusterMembership membership;
  private final ActorRef<MembershipActor.Command> members;
  private final Map<String, NameReservation> reserved = new HashMap<>();
  private final Map<NodeId, Long> disputed = new HashMap<>();

  private JoinGatekeeper(
      ActorContext<Command> context,
      ClusterMembership membership,
      ActorRef<MembershipActor.Command> members) {
    super(context);
    this.membership = membership;
    this.members = members;
    context.watch(members);
  }

  static Behavior<Command> create(
      ClusterMembership membership, ActorRef<MembershipActor.Command> members) {
    return Behaviors.setup(context -> new JoinGatekeeper(context, membership, members));
  }

  @Override
  public Behavior<Command> onMessage(Command message) {
    switch (message) {
      case JoinRequest request -> request.replyTo().tell(answer(request));
      case Hello hello -> members.tell(hello);
      case Goodbye goodbye -> members.tell(goodbye);
      case VerifyMembership verifyMembership -> members.tell(verifyMembership);
      case RemovalNotice removalNotice -> members.tell(removalNotice);
    }
    return this;
  }

  /** Ends with the node, although it is not the node's child. */
  @Override
  public Behavior<Command> onSignal(Signal signal) {
    return signal instanceof Terminated ? Behaviors.stopped() : this;
  }

  private JoinReply answer(JoinRequest request) {
    var identity = membership.settings().identity();
    if (request.protocol() != ProtocolVersion.VERSION) {
      return answer(JoinVerdict.OTHER_PROTOCOL, "");
    }
    if (!request.cluster().equals(identity.cluster())) {
      return answer(JoinVerdict.OTHER_CLUSTER, "");
    }
    var address = addressOf(request);
    endPredecessor(request, address);
    var holder = holder(request, address);
    if (holder != null) {
      var verdict = dispute(request, holder);
      return answer(
          verdict,
          verdict == JoinVerdict.NOT_YET ? "its name belongs to " + holder : holder.toString());
    }
    if (isReserved(request, address)) {
      return answer(JoinVerdict.NOT_YET, "its name belongs to another that is just joining");
    }
    if (!membership.isUp()) {
      return answer(JoinVerdict.NOT_YET, "it is not a member itself yet");
    }
    reserve(request, address);
    return answer(JoinVerdict.WELCOME, "");
  }

  private JoinReply answer(JoinVerdict verdict, String detail) {
    return new JoinReply(
        verdict, membership.settings().identity().cluster(), ProtocolVersion.VERSION, detail);
  }

  /** Where the newcomer listens, which nobody else does. */
  private static String addressOf(JoinRequest request) {
    return SystemAddress.hostAndPort(request.replyTo().path().address().toString());
  }

  /** Whoever was at the same address before is dead: its place is taken. */
  private void endPredecessor(JoinRequest request, String address) {
    for (var peer : membership.peers()) {
      if (peer.address().equals(address) && !peer.id().equals(request.id())) {
        membership.reportDead(peer.id(), "its place is taken by a newer incarnation");
      }
    }
  }

  private @Nullable Peer holder(JoinRequest request, String address) {
    if (membership.self().name().equals(request.name())) {
      return membership.self();
    }
    for (var peer : membership.peers()) {
      if (peer.name().equals(request.name())
          && !peer.id().equals(request.id())
          && !peer.address().equals(address)) {
        return peer;
      }
    }
    return null;
  }

  /** Whoever does not answer is not refused in favour of: it comes back or is taken for dead. */
  private JoinVerdict dispute(JoinRequest request, Peer holder) {
    if (holder.id().equals(membership.self().id())) {
      return JoinVerdict.NAME_TAKEN;
    }
    membership.evidence().checkSuspect(holder.address());
    long now = System.nanoTime();
    disputed.values().removeIf(since -> now - since > RESERVED.toNanos());
    long since = disputed.size() < MOST_RESERVED
        ? disputed.computeIfAbsent(request.id(), id -> now)
        : disputed.getOrDefault(request.id(), now);
    return now - since < DISPUTED.toNanos() || membership.statusOf(holder) == PeerStatus.UNREACHABLE
        ? JoinVerdict.NOT_YET
        : JoinVerdict.NAME_TAKEN;
  }

  private boolean isReserved(JoinRequest request, String address) {
    var reservation = reserved.get(request.name());
    return reservation != null
        && !reservation.id().equals(request.id())
        && !reservation.address().equals(address)
        && reservation.until() - System.nanoTime() > 0;
  }

  private void reserve(JoinRequest request, String address) {
    long now = System.nanoTime();
    reserved.values().removeIf(each -> each.until() - now < 0);
    if (reserved.size() < MOST_RESERVED) {
      reserved.put(
          request.name(), new NameReservation(request.id(), address, now + RESERVED.toNanos()));
    }
  }
}
