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
 * Codec of refs and handles inside users' own Akka messages, as an extension of the actor system.
 * Thread-safe.
 *
 * <p>Mobula does not know where such a message goes, or whether it arrives. The sender therefore
 * keeps a hold until the first reader confirms its own, but no longer than a configured time.
 */
final class AkkaMessageRefs implements Extension {
  private volatile @Nullable NodeGateway gateway;

  /** Gateway by which refs and handles leave and enter a node. */
  interface NodeGateway {
    /** Takes a separate hold on what a ref or handle refers to. */
    HeldRef keep(HeldRef.Holdable what);

    /** Completes the bytes of a message, and keeps the hold while the message may be on its way. */
    void holdInTransit(HeldRef edge, FrameWriter bytes);

    /** Imports what another process wrote, with a hold. */
    HeldRef enter(FrameReader in);
  }

  /** Extension id by which Akka finds the codec. */
  private static final class Id extends AbstractExtensionId<AkkaMessageRefs> {
    static final Id INSTANCE = new Id();

    @Override
    public AkkaMessageRefs createExtension(ExtendedActorSystem system) {
      return new AkkaMessageRefs();
    }
  }

  /** Returns the codec of that actor system. */
  static AkkaMessageRefs of(ActorSystem system) {
    return Id.INSTANCE.get(system);
  }

  /** Opens the codec, as the system has a node. */
  void open(NodeGateway with) {
    gateway = with;
  }

  /** Closes the codec, as the system has no node any more. */
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

  /** Encodes a ref to an object. */
  byte[] bytes(ObjectRef<?> ref) {
    return out(ref);
  }

  /** Encodes a handle of an actor. */
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

  /** Decodes a ref or handle of this process. */
  Object revive(byte[] bytes) {
    // takes a hold and confirms it to the sender
    var edge = gateway().enter(new FrameReader(bytes));
    try {
      return Objects.requireNonNull(edge.newReference());
    } finally {
      edge.release();
    }
  }
}
