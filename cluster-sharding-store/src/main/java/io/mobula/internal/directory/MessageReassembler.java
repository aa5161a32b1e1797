package io.mobula.internal.directory;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Adapter;
import akka.serialization.Serialization;
import akka.serialization.SerializationExtension;
import io.mobula.internal.directory.DirectoryMessage.MessageFragment;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reassembler of messages that a {@link MessageFragmenter} has split. It keeps at most one partial
 * message per sender: a later message replaces one that has lost a fragment and will be sent again.
 * A partial message that gets no fragment for some time is dropped, because its sender may be gone.
 * For one thread.
 */
final class MessageReassembler {
  /**
   * Maximum size of a message; a larger one is dropped. Frames between processes have the same
   * limit, so no larger message arises.
   */
  static final long MAX_BYTES = 256L << 20;

  static final long TIMEOUT_MILLIS = 30_000;

  private static final Logger LOG = LoggerFactory.getLogger(MessageReassembler.class);

  private final Serialization serialization;
  private final Map<Sender, PartialMessage> partialMessages = new HashMap<>();

  private record Sender(Participant who, long incarnation) {}

  private static final class PartialMessage {
    final long serial;
    final int parts;
    final SortedMap<Integer, byte[]> received = new TreeMap<>();
    long latest;

    PartialMessage(MessageFragment first) {
      this.serial = first.serial();
      this.parts = first.parts();
    }

    /** Adds a fragment and returns whether the message is complete. */
    boolean add(MessageFragment fragment, long now) {
      latest = now;
      received.put(fragment.part(), fragment.bytes());
      return received.size() == parts;
    }

    byte[] join() {
      var whole =
          new byte[received.values().stream().mapToInt(part -> part.length).sum()];
      int at = 0;
      for (var part : received.values()) {
        System.arraycopy(part, 0, whole, at, part.length);
        at += part.length;
      }
      return whole;
    }
  }

  MessageReassembler(ActorSystem<?> system) {
    this.serialization = SerializationExtension.get(Adapter.toClassic(system));
  }

  /** Adds a fragment and returns the message if it is complete now, otherwise null. */
  @Nullable
  DirectoryMessage add(MessageFragment fragment, long now) {
    partialMessages.values().removeIf(each -> each.latest + TIMEOUT_MILLIS <= now);
    if (!fragment.isValid()
        || fragment.parts() * (long) MessageFragmenter.FRAGMENT_BYTES > MAX_BYTES) {
      return null;
    }
    var sender = new Sender(fragment.from(), fragment.incarnation());
    var present = partialMessages.get(sender);
    if (present != null && fragment.serial() < present.serial) {
      return null; // a late fragment; its message will be sent again
    }
    if (present == null
        || present.serial != fragment.serial()
        || present.parts != fragment.parts()) {
      present = new PartialMessage(fragment);
      partialMessages.put(sender, present);
    }
    if (!present.add(fragment, now)) {
      return null;
    }
    partialMessages.remove(sender);
    return read(present.join(), fragment);
  }

  /**
   * Deserializes a complete message. Returns null if the bytes are no message: then it counts as
   * lost and will be sent again.
   */
  private @Nullable DirectoryMessage read(byte[] whole, MessageFragment last) {
    var read = serialization.deserialize(whole, last.serializer(), last.manifest());
    if (read.isSuccess() && read.get() instanceof DirectoryMessage message) {
      return message;
    }
    LOG.warn(
        "A message of {} to the directory in {} pieces cannot be read: {}",
        last.from(),
        last.parts(),
        read.isSuccess() ? "it is none" : read.failed().get().toString());
    return null;
  }

  /** Returns the number of partial messages. */
  int size() {
    return partialMessages.size();
  }
}
