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
import io.mobula.internal.ring.FrameAssembler;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Actor that receives the frames of all peers over Artery: it accepts them in order, passes them on
 * and acknowledges them. Frames of a process that is no member (not yet, or not any more) are
 * dropped; a process that becomes a member sends them again.
 */
final class ArteryFrameReceiver extends AbstractOnMessageBehavior<ArteryFrameReceiver.Command> {
  private static final Logger LOG = LoggerFactory.getLogger(ArteryFrameReceiver.class);
  private static final Duration TELL = Duration.ofMillis(20);
  private static final Duration RESEND = Duration.ofMillis(500);

  sealed interface Command
      permits FrameEnvelope, PeerLeft, SendAcknowledgements, ResendUnacknowledged {}

  private record PeerLeft(NodeId peer) implements Command {}

  /** Timer message: peers are to be told which of their frames have arrived. */
  private record SendAcknowledgements() implements Command {}

  /** Timer message: unacknowledged frames are to be sent again. */
  private record ResendUnacknowledged() implements Command {}

  private final PeerChannels channels;
  private final FrameConsumer receiver;
  private final TimerScheduler<Command> timers;
  private final Map<NodeId, ReceiveWindow> windows = new HashMap<>();

  private ArteryFrameReceiver(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      PeerChannels channels,
      FrameConsumer receiver) {
    super(context);
    this.channels = channels;
    this.receiver = receiver;
    this.timers = timers;
    timers.startTimerWithFixedDelay(new ResendUnacknowledged(), RESEND);
    var self = context.getSelf();
    channels.membership().subscribe(new Membership.Listener() {
      @Override
      public void left(Peer peer, String how) {
        self.tell(new PeerLeft(peer.id()));
      }
    });
  }

  static Behavior<Command> create(PeerChannels channels, FrameConsumer receiver) {
    return Behaviors.setup(context -> Behaviors.withTimers(
        timers -> new ArteryFrameReceiver(context, timers, channels, receiver)));
  }

  @Override
  public Behavior<Command> onMessage(Command message) {
    switch (message) {
      case FrameEnvelope envelope -> onEnvelope(envelope);
      case PeerLeft(var peer) -> windows.remove(peer);
      case SendAcknowledgements() -> windows.forEach(this::acknowledge);
      case ResendUnacknowledged() -> channels.tick();
    }
    return this;
  }

  private void onEnvelope(FrameEnvelope envelope) {
    var from = new NodeId(envelope.from());
    if (envelope.to() != channels.membership().self().id().incarnation()
        || channels.membership().peer(from) == null) {
      return;
    }
    if (envelope.acknowledged() > 0) {
      channels.acknowledged(from, envelope.acknowledged());
    }
    if (envelope.sequence() > 0) {
      onFrame(from, envelope);
    }
  }

  private void onFrame(NodeId from, FrameEnvelope envelope) {
    var window = windows.computeIfAbsent(from, peer -> new ReceiveWindow());
    if (window.accept(envelope.sequence())) {
      take(from, window.assembler(), envelope);
    }
    if (window.mustAcknowledgeNow()) {
      acknowledge(from, window);
    } else if (window.hasUnacknowledged() && !timers.isTimerActive(TELL)) {
      timers.startSingleTimer(TELL, new SendAcknowledgements(), TELL);
    }
  }

  private void take(NodeId from, FrameAssembler begun, FrameEnvelope envelope) {
    try {
      if (envelope.more()) {
        begun.add(envelope.frame().length, envelope::copyTo);
        return;
      }
      var frame = begun.isBegun()
          ? begun.finish(envelope.frame().length, envelope::copyTo)
          : envelope.frame();
      channels.received(from, frame.length);
      receiver.received(from, frame);
    } catch (Throwable broken) { // one malformed frame must not stop the frames after it
      HeapExhaustion.exitIfExhausted(broken);
      LOG.error("A frame of node {} could not be handled", from, broken);
    }
  }

  private void acknowledge(NodeId peer, ReceiveWindow window) {
    if (window.hasUnacknowledged()) {
      channels.acknowledge(peer, window.acknowledged());
      window.markAcknowledged();
    }
  }
}
