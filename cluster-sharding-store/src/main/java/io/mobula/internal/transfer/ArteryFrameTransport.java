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
 * Transport of frames as Akka messages between actors of the same name, on Artery's stream for
 * large messages. Belongs to the actor.
 *
 * <p>Akka drops messages silently when its queue is full. The readers' windows keep the queue from
 * filling, and a reader requests again what was dropped.
 */
final class ArteryFrameTransport implements FrameTransport {
  /** Prefix of the endpoints of this transport. */
  static final String SCHEME = "akka:";

  /**
   * Maximum size of a frame: below Artery's limit for large messages, and large enough to be
   * efficient.
   */
  private static final int MAX_FRAME = 256 * 1024;

  private static final int MAX_REFS = 1024;
  private static final Logger LOG = LoggerFactory.getLogger(ArteryFrameTransport.class);

  private final ActorRefResolver resolver;
  private final String endpoint;
  private final Map<String, ActorRef<TransferActor.Command>> refs = new HashMap<>();

  ArteryFrameTransport(ActorRefResolver resolver, ActorRef<TransferActor.Command> self) {
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
  public SendResult send(String to, int length, FrameEncoder encoder) {
    var ref = ref(to);
    if (ref == null) {
      return SendResult.UNREACHABLE;
    }
    byte[] frame = new byte[length];
    encoder.encode(new UnsafeBuffer(frame), 0);
    ref.tell(new TransferFrame(frame));
    return SendResult.SENT;
  }

  @Override
  public void disconnect(String to) {
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
      if (refs.size() == MAX_REFS) {
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
