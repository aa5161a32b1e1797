package io.mobula.internal.lane;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import io.mobula.NodeId;
import io.mobula.info.NodeInfo;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.cluster.Peer;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Transports of two nodes in one process. Envelopes go through the serializer, into buffers of the
 * size of Artery's; larger ones are lost, as they would be there.
 */
public final class TransportPair {
  static final int ARTERY = 256 << 10;

  private static final FrameEnvelopeSerializer SERIALIZER = new FrameEnvelopeSerializer();

  public final Peer one = peer(1);
  public final Peer two = peer(2);
  public final PeerTransport transportOfOne;
  public final PeerTransport transportOfTwo;
  public final Membership membersOfOne = new PairMembership(one, two);
  public final Membership membersOfTwo = new PairMembership(two, one);

  private final ActorTestKit kit;
  private final Predicate<FrameEnvelope> isLost;
  private final Map<Peer, ActorRef<FrameEnvelope>> inboxes = new ConcurrentHashMap<>();

  /** Creates a pair that loses everything while the two are cut off. */
  public TransportPair(ActorTestKit kit, BooleanSupplier isCut) {
    this(kit, envelope -> isCut.getAsBoolean());
  }

  /** Creates a pair, of which neither receives yet. */
  TransportPair(ActorTestKit kit, Predicate<FrameEnvelope> isLost) {
    this.kit = kit;
    this.isLost = isLost;
    this.transportOfOne = new PeerTransport(membersOfOne);
    this.transportOfTwo = new PeerTransport(membersOfTwo);
  }

  /** Starts to receive at both ends, with the handlers that are registered there. */
  public void open() {
    open(transportOfOne.router(), transportOfTwo.router());
  }

  /** Starts to receive at both ends. */
  void open(FrameConsumer atOne, FrameConsumer atTwo) {
    inboxes.put(
        one,
        kit.spawn(ArteryFrameReceiver.create(transportOfOne.channels(), atOne)).narrow());
    inboxes.put(
        two,
        kit.spawn(ArteryFrameReceiver.create(transportOfTwo.channels(), atTwo)).narrow());
  }

  private Behavior<FrameEnvelope> wireTo(Peer peer) {
    return Behaviors.receiveMessage(envelope -> {
      var inbox = inboxes.get(peer);
      var buffer = ByteBuffer.allocate(ARTERY);
      try {
        SERIALIZER.toBinary(envelope, buffer);
        if (inbox != null && !isLost.test(envelope)) {
          inbox.tell(
              (FrameEnvelope) SERIALIZER.fromBinary(buffer.flip(), SERIALIZER.manifest(envelope)));
        }
      } catch (BufferOverflowException tooLarge) {
        // Artery logs an error and drops the message
      }
      return Behaviors.same();
    });
  }

  private static Peer peer(long id) {
    return new Peer(
        new NodeId(id),
        "127.0.0.1:" + id,
        "n" + id,
        "here",
        id,
        Peer.Role.NODE,
        Map.of(),
        new Peer.StoreLocation("/dev/shm/x", 1, 2, Peer.StoreLocation.DEFAULT_GROUP));
  }

  private final class PairMembership implements Membership {
    private final Peer self;
    private final Peer other;
    private @Nullable ActorRef<FrameEnvelope> wire;

    PairMembership(Peer self, Peer other) {
      this.self = self;
      this.other = other;
    }

    @Override
    public Peer self() {
      return self;
    }

    @Override
    public Collection<Peer> peers() {
      return List.of(other);
    }

    @Override
    public @Nullable Peer peer(NodeId id) {
      return other.id().equals(id) ? other : null;
    }

    @Override
    @SuppressWarnings("unchecked")
    public synchronized <T> ActorRef<T> actor(Peer peer, String name) {
      if (wire == null) {
        wire = kit.spawn(wireTo(peer));
      }
      return (ActorRef<T>) wire;
    }

    @Override
    public void reportDead(NodeId id, String how) {}

    @Override
    public void subscribe(Listener listener) {}

    @Override
    public NodeInfo.State statusOf(Peer peer) {
      return NodeInfo.State.ALIVE;
    }
  }
}
