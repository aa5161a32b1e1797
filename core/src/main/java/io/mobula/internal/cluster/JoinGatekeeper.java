package io.mobula.internal.cluster;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.Signal;
import akka.actor.typed.Terminated;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import io.mobula.NodeId;
import io.mobula.info.NodeInfo;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Gatekeeper at the same path in every process. It vets join requests before they reach Akka
 * Cluster, and forwards messages of members that do not know this incarnation yet.
 */
final class JoinGatekeeper extends AbstractOnMessageBehavior<JoinGatekeeper.Command> {
  /** Name of this actor below {@code /system}. */
  static final String NAME = "mobula-join-gatekeeper";

  /**
   * Time for which a name is reserved for a process that was admitted and has not appeared. A
   * joining process repeats its request every second, which renews the reservation.
   */
  private static final Duration RESERVED = Duration.ofSeconds(20);

  private static final int MAX_RESERVED = 10_000;

  /**
   * Time for which a name is disputed before the new process is refused: a process that was killed
   * and restarted may arrive before its death is known.
   */
  private static final Duration DISPUTED = Duration.ofMillis(2_500);

  sealed interface Command permits JoinRequest, Hello, Goodbye, VerifyMembership, RemovalNotice {}

  /**
   * Request to join a cluster.
   *
   * @param cluster the name of the cluster that the process looks for
   * @param protocol the protocol version of the process
   * @param name the name of the process
   * @param id its incarnation
   */
  record JoinRequest(
      String cluster, int protocol, String name, NodeId id, ActorRef<JoinReply> replyTo)
      implements Command, ControlMessage {}

  /**
   * Reply to a join request.
   *
   * @param cluster the name of this cluster
   * @param protocol the protocol version of this node
   * @param detail more information, as text
   */
  record JoinReply(JoinVerdict verdict, String cluster, int protocol, String detail)
      implements ControlMessage {}

  /** Verdict on a join request. */
  enum JoinVerdict {
    WELCOME,
    NOT_YET,
    OTHER_CLUSTER,
    OTHER_PROTOCOL,
    NAME_TAKEN
  }

  /**
   * Introduction of a node.
   *
   * @param uid the uid of its actor system
   * @param knowsYou whether it knows the receiver already
   */
  record Hello(Peer peer, long uid, boolean knowsYou)
      implements Command, MembershipActor.Command, ControlMessage {}

  /** Notice that a node ends. */
  record Goodbye(NodeId id) implements Command, MembershipActor.Command, ControlMessage {}

  /**
   * Query of a process that was stalled so long that it may have been removed.
   *
   * @param address the address of its actor system
   * @param uid the uid of its actor system
   */
  record VerifyMembership(NodeId id, String address, long uid)
      implements Command, MembershipActor.Command, ControlMessage {}

  /**
   * Answer to {@link VerifyMembership} by a member that has removed the process. A member that has
   * not removed it stays silent.
   */
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

  /** Stops with the node, although this actor is not the node's child. */
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

  /** Returns the address of the new process, where no other process listens. */
  private static String addressOf(JoinRequest request) {
    return SystemAddress.hostAndPort(request.replyTo().path().address().toString());
  }

  /**
   * Reports the process that was at the same address before as dead: its address is in use again.
   */
  private void endPredecessor(JoinRequest request, String address) {
    for (var peer : membership.peers()) {
      if (peer.address().equals(address) && !peer.id().equals(request.id())) {
        membership.reportDead(peer.id(), "a newer incarnation has replaced it");
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

  /**
   * Decides a dispute about a name. A holder that does not answer does not cause a refusal: it will
   * come back or be removed.
   */
  private JoinVerdict dispute(JoinRequest request, Peer holder) {
    if (holder.id().equals(membership.self().id())) {
      return JoinVerdict.NAME_TAKEN;
    }
    membership.evidence().checkSuspect(holder.address());
    long now = System.nanoTime();
    disputed.values().removeIf(since -> now - since > RESERVED.toNanos());
    long since = disputed.size() < MAX_RESERVED
        ? disputed.computeIfAbsent(request.id(), id -> now)
        : disputed.getOrDefault(request.id(), now);
    return now - since < DISPUTED.toNanos()
            || membership.statusOf(holder) == NodeInfo.State.UNREACHABLE
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
    if (reserved.size() < MAX_RESERVED) {
      reserved.put(
          request.name(), new NameReservation(request.id(), address, now + RESERVED.toNanos()));
    }
  }
}
