package io.mobula.internal.directory;

import akka.actor.typed.ActorSystem;
import akka.serialization.SerializationExtension;
import akka.serialization.Serializers;
import io.mobula.testkit.fault.ByteFuzzer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * Fuzzer of Akka messages. The first byte of an input selects the class to read it as; unreadable
 * input is dropped, as Akka does.
 */
public final class AlteredMessages {
  private AlteredMessages() {}

  /**
   * Searches for input that makes the handler fail.
   *
   * @param messages at least one message of each class
   * @param handler handler of the messages that were read; throws if something is wrong
   */
  public static void search(
      String what, ActorSystem<?> system, List<?> messages, Consumer<Object> handler) {
    var serialization = SerializationExtension.get(system.classicSystem());
    var valid = new ArrayList<byte[]>();
    for (int i = 0; i < messages.size(); i++) {
      var bytes = serialization.serialize(messages.get(i)).get();
      var all = new byte[1 + bytes.length];
      all[0] = (byte) i;
      System.arraycopy(bytes, 0, all, 1, bytes.length);
      valid.add(all);
    }
    ByteFuzzer.fuzz(what, valid, input -> {
      if (input.length == 0) {
        return;
      }
      var like = messages.get((input[0] & 0xff) % messages.size());
      var serializer = serialization.findSerializerFor(like);
      var read = serialization.deserialize(
          Arrays.copyOfRange(input, 1, input.length),
          serializer.identifier(),
          Serializers.manifestFor(serializer, like));
      if (read.isSuccess()) {
        handler.accept(read.get());
      } else if (read.failed().get() instanceof Error error) {
        throw error;
      }
    });
  }
}
