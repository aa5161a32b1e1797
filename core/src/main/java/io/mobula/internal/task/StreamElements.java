package io.mobula.internal.task;

import io.mobula.internal.call.ResultNotStoredException;
import java.util.Iterator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Elements of what a streaming task has returned. */
final class StreamElements {
  private StreamElements() {}

  /** Consumer of the elements. */
  interface ElementConsumer {
    /** Takes one element, and may wait for readers. */
    void take(int index, @Nullable Object element) throws ResultNotStoredException;
  }

  /**
   * Passes all elements to the consumer, except those that an earlier attempt has given.
   *
   * @param had how many an earlier attempt has given
   * @throws ResultNotStoredException when the value is no stream, or an element cannot be stored
   */
  static void each(@Nullable Object value, int had, ElementConsumer consumer)
      throws ResultNotStoredException {
    switch (value) {
      case Stream<?> stream -> {
        try (stream) {
          each(stream.iterator(), had, consumer);
        }
      }
      case Iterator<?> iterator -> each(iterator, had, consumer);
      case null, default -> throw notAStream(value);
    }
  }

  /**
   * Returns the element with that index, counted from zero; later elements are not computed.
   *
   * @throws ResultNotStoredException when the value is no stream, or has fewer elements
   */
  static @Nullable Object at(@Nullable Object value, int index) throws ResultNotStoredException {
    return switch (value) {
      case Stream<?> stream -> {
        try (stream) {
          yield at(stream.iterator(), index);
        }
      }
      case Iterator<?> iterator -> at(iterator, index);
      case null, default -> throw notAStream(value);
    };
  }

  private static @Nullable Object at(Iterator<?> elements, int index)
      throws ResultNotStoredException {
    for (int i = 0; elements.hasNext(); i++) {
      var element = elements.next();
      if (i == index) {
        return element;
      }
    }
    throw new ResultNotStoredException("Element " + index
        + " of its stream was lost, and is not in the stream that it returned when it ran again.");
  }

  private static ResultNotStoredException notAStream(@Nullable Object value) {
    return new ResultNotStoredException("It was started as a stream but returned "
        + TaskResultSink.typeOf(value) + ". Return a Stream or an Iterator.");
  }

  private static void each(Iterator<?> elements, int had, ElementConsumer consumer)
      throws ResultNotStoredException {
    for (int i = 0; elements.hasNext(); i++) {
      var element = elements.next();
      if (i >= had) {
        consumer.take(i, element);
      }
    }
  }
}
