package io.mobula.internal.fuzz;

import akka.actor.typed.ActorSystem;
import akka.serialization.Serialization;
import akka.serialization.SerializationExtension;
import akka.serialization.Serializers;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Fuzzer of Akka messages: an altered message is either read completely, without a missing part, or
 * rejected. The first byte of an input selects the class as which it is read.
 */
public final class AkkaMessageFuzzer {
  private static final int MAX_KINDS = 256;

  private final Serialization serialization;
  private final List<SerializedForm> serializedForms = new ArrayList<>();

  private record SerializedForm(int serializer, String manifest) {}

  /** Handler of a message that was read. */
  @FunctionalInterface
  public interface Handler {
    /** Handles the message; throws if it is wrong. */
    void handle(Object message) throws Exception;
  }

  private AkkaMessageFuzzer(ActorSystem<?> system) {
    serialization = SerializationExtension.get(system.classicSystem());
  }

  /**
   * Searches for messages that break the reader or the handler.
   *
   * @param messages at least one of each class
   * @param handler receives the messages that are complete
   */
  public static void search(
      String name, long usual, ActorSystem<?> system, List<?> messages, Handler handler) {
    var fuzz = new AkkaMessageFuzzer(system);
    var valid = messages.stream().map(fuzz::written).toList();
    DecoderFuzzer.search(
        name,
        usual,
        valid,
        failure -> failure instanceof UnreadableMessageException,
        bytes -> handler.handle(fuzz.read(bytes)));
  }

  /** Rejection of a message by Akka, which drops it with a warning. */
  private static final class UnreadableMessageException extends Exception {
    private static final long serialVersionUID = 1L;

    UnreadableMessageException(Throwable why) {
      super(String.valueOf(why), why);
    }
  }

  private byte[] written(Object message) {
    var serializer = serialization.findSerializerFor(message);
    var serializedForm =
        new SerializedForm(serializer.identifier(), Serializers.manifestFor(serializer, message));
    if (!serializedForms.contains(serializedForm)) {
      serializedForms.add(serializedForm);
    }
    if (serializedForms.size() > MAX_KINDS) {
      throw new IllegalArgumentException("More classes than a byte tells apart");
    }
    var bytes = serialization.serialize(message).get();
    var all = new byte[1 + bytes.length];
    all[0] = (byte) serializedForms.indexOf(serializedForm);
    System.arraycopy(bytes, 0, all, 1, bytes.length);
    return all;
  }

  private Object read(byte[] bytes) throws Exception {
    var serializedForm =
        serializedForms.get(bytes.length == 0 ? 0 : (bytes[0] & 0xff) % serializedForms.size());
    var read = serialization.deserialize(
        Arrays.copyOfRange(bytes, Math.min(1, bytes.length), bytes.length),
        serializedForm.serializer(),
        serializedForm.manifest());
    if (read.isFailure()) {
      var why = read.failed().get();
      if (why instanceof Error error) {
        throw error;
      }
      throw new UnreadableMessageException(why);
    }
    requireWhole(read.get());
    return read.get();
  }

  /** Checks that no component is null that the code relies on. */
  private static void requireWhole(Object part) throws Exception {
    if (part instanceof Collection<?> all) {
      for (var each : all) {
        if (each == null) {
          throw new AssertionError("Null in " + all);
        }
        requireWhole(each);
      }
    } else if (part.getClass().isRecord() && part.getClass().getName().startsWith("io.mobula.")) {
      for (var component : part.getClass().getRecordComponents()) {
        requireWhole(part, component);
      }
    }
  }

  private static void requireWhole(Object message, RecordComponent component) throws Exception {
    var accessor = component.getAccessor();
    accessor.setAccessible(true);
    var part = accessor.invoke(message);
    if (part != null) {
      requireWhole(part);
    } else if (!component.getAnnotatedType().isAnnotationPresent(Nullable.class)) {
      throw new AssertionError(
          "A " + message.getClass() + " without " + component.getName() + ": " + message);
    }
  }
}
