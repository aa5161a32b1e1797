package io.mobula.internal.node;

import akka.actor.AbstractExtensionId;
import akka.actor.ActorSystem;
import akka.actor.ExtendedActorSystem;
import akka.actor.Extension;
import io.mobula.ActorHandle;
import io.mobula.ObjectRef;
import io.mobula.error.NoRuntimeException;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.store.HeldRef;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Refs and handles inside users' own Akka messages: what they are on the wire, in the process of
 * this actor system. Safe for all threads.
 *
 * <p>Nobody knows where such a message goes, or whether it arrives: the sender holds what is inside
 * until the first who reads it has said that he holds it, but no longer than a stated time.
 */
final class AkkaMessageRefs implements Extension {
  private volatile @Nullable NodeGateway gateway;

  /** How refs and handles leave and enter a node. */
  interface NodeGateway {
    /** A hold of its own on what a ref or handle points to. */
    HeldRef keep(HeldRef.Holdable what);

    /** Ends the bytes of a message, and keeps that hold for as long as it may be on its way. */
    void holdInTransit(HeldRef edge, FrameWriter bytes);

    /** What another process wrote, with a hold. */
    HeldRef enter(FrameReader in);
  }

  /** How Akka finds it. */
  private static final class Id extends AbstractExtensionId<AkkaMessageRefs> {
    static final Id INSTANCE = new Id();

    @Override
    public AkkaMessageRefs createExtension(ExtendedActorSystem system) {
      return new AkkaMessageRefs();
    }
  }

  /** The one of that system. */
  static AkkaMessageRefs of(ActorSystem system) {
    return Id.INSTANCE.get(system);
  }

  /** The system has a node. */
  void open(NodeGateway with) {
    gateway = with;
  }

  /** It has none any more. */
  void close() {
    gateway = null;
  }

  private NodeGateway gateway() {
    var present = gateway;
    if (present == null) {
      throw new NoRuntimeException(
          "A message has an ObjectRef or ActorHandle inside, but no Mobula runtime is open in this actor system.");
    }
    return present;
  }

  /** The bytes of a ref. */
  byte[] bytes(ObjectRef<?> ref) {
    return out(ref);
  }

  /** The bytes of a handle. */
  byte[] bytes(ActorHandle<?> handle) {
    return out(handle);
  }

  private byte[] out(Object what) {
    var at = gateway();
    var edge = at.keep((HeldRef.Holdable) what);
    var out = new FrameWriter();
    edge.export(out);
    at.holdInTransit(edge, out);
    return out.toBytes();
  }

  /** A ref or handle of this process to what those bytes name. */
  Object revive(byte[] bytes) {
    var edge = gateway().enter(new FrameReader(bytes)); // holds it, and has said so
    try {
      return Objects.requireNonNull(edge.newReference());
    } finally {
      edge.release();
    }
  }
}
