package io.mobula.internal.transfer;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorRefResolver;
import java.util.HashMap;
import java.util.Map;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Frames as Akka messages between actors of one name, on the stream that Artery keeps for large
 * messages. Belongs to the actor.
 *
 * <p>Akka tells nobody when its queue is full, it drops. That the queue does not fill is the work
 * of the readers' windows; what is dropped is asked for again.
 */
final class ArteryCarrier implements Carrier {
  /** What an endpoint of this carrier begins with. */
  static final String SCHEME = "akka:";

  /** Below Artery's limit for large frames, and large enough to be worth one. */
  private static final int MAX_FRAME = 256 * 1024;

  private static final int MOST_REFS = 1024;
  private static final Logger LOG = LoggerFactory.getLogger(ArteryCarrier.class);

  private final ActorRefResolver resolver;
  private final String endpoint;
  private final Map<String, ActorRef<TransferActor.Command>> refs = new HashMap<>();

  ArteryCarrier(ActorRefResolver resolver, ActorRef<TransferActor.Command> self) {
    this.resolver = resolver;
    this.endpoint = resolver.toSerializationFormat(self);
  }

  @Override
  public String replyTo(String to) {
    return endpoint;
  }

  @Override
  public int maxFrame(String to) {
    return MAX_FRAME;
  }

  @Override
  public Sent send(String to, int length, Filler filler) {
    var ref = ref(to);
    if (ref == null) {
      return Sent.NEVER;
    }
    byte[] frame = new byte[length];
    filler.fill(new UnsafeBuffer(frame), 0);
    ref.tell(new TransferFrame(frame));
    return Sent.YES;
  }

  @Override
  public void forget(String to) {
    refs.remove(to);
  }

  private @Nullable ActorRef<TransferActor.Command> ref(String to) {
    var known = refs.get(to);
    if (known != null) {
      return known;
    }
    if (!to.startsWith(SCHEME)) {
      return null;
    }
    try {
      if (refs.size() == MOST_REFS) {
        refs.clear();
      }
      ActorRef<TransferActor.Command> ref = resolver.resolveActorRef(to);
      refs.put(to, ref);
      return ref;
    } catch (IllegalArgumentException e) {
      LOG.warn("No actor's path: {}", to, e);
      return null;
    }
  }
}
