package io.mobula.testkit.fault;

import java.util.List;
import java.util.Set;

/** Event of a history, one line of its files. */
public sealed interface HistoryEvent {

  /** Returns the id of the operation. */
  String id();

  /** Returns the event as a line of words separated by tabs. */
  String line();

  /** Start of an operation. */
  record Invoked(Operation operation) implements HistoryEvent {
    @Override
    public String id() {
      return operation.id();
    }

    @Override
    public String line() {
      return EventLineCodec.join(
          "invoked",
          id(),
          operation.kind(),
          EventLineCodec.ofNullable(operation.expected()),
          Integer.toString(operation.maxEffects()),
          EventLineCodec.ofNullable(operation.sequence()),
          Long.toString(operation.turn()),
          String.join(",", operation.errors().stream().sorted().toList()));
    }
  }

  /**
   * Start of an operation's body.
   *
   * @param place scope within which an order is promised, an actor's incarnation for example
   */
  record Effect(String id, String place) implements HistoryEvent {
    @Override
    public String line() {
      return EventLineCodec.join("effect", id, place);
    }
  }

  /** End of an operation with a value, given as text. */
  record Succeeded(String id, String value) implements HistoryEvent {
    @Override
    public String line() {
      return EventLineCodec.join("succeeded", id, value);
    }
  }

  /** End of an operation with an exception of that simple name. */
  record Failed(String id, String error, String message) implements HistoryEvent {
    @Override
    public String line() {
      return EventLineCodec.join("failed", id, error, message);
    }
  }

  /**
   * Parses one line of a history.
   *
   * @throws IllegalArgumentException when the line is malformed
   */
  static HistoryEvent parse(String line) {
    var words = EventLineCodec.split(line);
    try {
      return switch (words.getFirst()) {
        case "invoked" -> new Invoked(operation(words));
        case "effect" -> new Effect(words.get(1), words.get(2));
        case "succeeded" -> new Succeeded(words.get(1), words.get(2));
        case "failed" -> new Failed(words.get(1), words.get(2), words.get(3));
        default -> throw new IllegalArgumentException("There is no such event");
      };
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new IllegalArgumentException("Not a line of a history: \"" + line + "\"", e);
    }
  }

  private static Operation operation(List<String> words) {
    var errors = words.get(7);
    return new Operation(
        words.get(1),
        words.get(2),
        EventLineCodec.toNullable(words.get(3)),
        Integer.parseInt(words.get(4)),
        EventLineCodec.toNullable(words.get(5)),
        Long.parseLong(words.get(6)),
        errors.isEmpty() ? Set.of() : Set.of(errors.split(",")));
  }
}
