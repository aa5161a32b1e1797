package io.mobula.internal.lane;

import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.TimerScheduler;
import io.mobula.NodeId;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.process.HeapExhaustion;
import io.mobula.internal.ring.FrameAssembly;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Receives the frames of all peers: puts them in order, hands them on, acknowledges. Frames of a
 * process that is not a member, or not any more, are dropped; one that will be a member sends them
 * again.
 */
final class LaneInbox extends AbstractOnMessageBehavior<LaneInbox.Command> {
  private static final Logger LOG = LoggerFactory.getLogger(LaneInbox.class);
  private static final Duration TELL = Duration.ofMillis(20);

  sealed interface Command permits Parcel, Left, Tell, Repeat {}

  private record Left(NodeId peer) implements Command {}

  /** Time to tell peers how far their frames have come. */
  private record Tell() implements Command {}

  /** Time to send again what is not acknowledged. */
  private record Repeat() implements Command {}

  private final Lanes lanes;
  private final Lanes.Receiver receiver;
  private final TimerScheduler<Command> timers;
  private final Map<NodeId, Sequence> sequences = new HashMap<>();

  private LaneInbox(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      Lanes lanes,
      Lanes.Receiver receiver) {
    super(context);
    this.lanes = lanes;
    this.receiver = receiver;
    this.timers = timers;
    timers.startTimerWithFixedDelay(new Repeat(), Duration.ofNanos(Lanes.tickNanos()));
    var self = context.getSelf();
    lanes.membership().subscribe(new Membership.Listener() {
      @Override
      public void joined(Peer peer) {}

      @Override
      public void left(Peer peer, String how) {
        self.tell(new Left(peer.id()));
      }
    });
  }

  static Behavior<Command> create(Lanes lanes, Lanes.Receiver receiver) {
    return Behaviors.setup(
        context -> Behaviors.withTimers(timers -> new LaneInbox(context, timers, lanes, receiver)));
  }

  @Override
  public Behavior<Command> onMessage(Command message) {
    switch (message) {
      case Parcel parcel -> onParcel(parcel);
      case Left(var peer) -> sequences.remove(peer);
      case Tell() -> sequences.forEach(this::tell);
      case Repeat() -> lanes.tick();
    }
    return this;
  }

  private void onParcel(Parcel parcel) {
    var from = new NodeId(parcel.from());
    if (parcel.to() != lanes.membership().self().id().incarnation()
        || lanes.membership().peer(from) == null) {
      return;
    }
    if (parcel.acknowledged() > 0) {
      lanes.acknowledged(from, parcel.acknowledged());
    }
    if (parcel.sequence() > 0) {
      onFrame(from, parcel);
    }
  }

  private void onFrame(NodeId from, Parcel parcel) {
    var sequence = sequences.computeIfAbsent(from, peer -> new Sequence());
    if (sequence.arrived(parcel.sequence())) {
      take(from, sequence.begun(), parcel);
    }
    if (sequence.isUrgent()) {
      tell(from, sequence);
    } else if (sequence.isUntold() && !timers.isTimerActive(TELL)) {
      timers.startSingleTimer(TELL, new Tell(), TELL);
    }
  }

  private void take(NodeId from, FrameAssembly begun, Parcel parcel) {
    try {
      if (parcel.more()) {
        begun.add(parcel.frame().length, parcel::copyTo);
        return;
      }
      var frame =
          begun.isBegun() ? begun.finish(parcel.frame().length, parcel::copyTo) : parcel.frame();
      lanes.received(from, frame.length);
      receiver.received(from, frame);
    } catch (Throwable broken) { // one bad frame must not stop the others
      HeapExhaustion.check(broken);
      LOG.error("A frame of node {} could not be handled", from, broken);
    }
  }

  private void tell(NodeId peer, Sequence sequence) {
    if (sequence.isUntold()) {
      lanes.acknowledge(peer, sequence.acknowledged());
      sequence.told();
    }
  }
}
