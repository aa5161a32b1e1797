package io.mobula.internal.task;

import io.mobula.internal.call.ResultNotStoredException;
import io.mobula.internal.store.ObjectContent;
import io.mobula.internal.store.ObjectEntry;
import io.mobula.internal.store.ObjectFailure;
import io.mobula.internal.store.ObjectStore;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where the outcome of a task goes: one object, a known number of them, or a stream. */
sealed interface TaskResultSink
    permits TaskResultSink.Single,
        TaskResultSink.Many,
        TaskResultSink.Streamed,
        RemoteResultSink,
        ReconstructedResultSink {
  /**
   * Keeps what the task returned, for nobody to see yet.
   *
   * @throws ResultNotStoredException when it cannot be kept; the task has failed then
   */
  PreparedResults prepare(@Nullable Object value) throws ResultNotStoredException;

  /** Results that are kept: shown to their readers, or dropped if another outcome came first. */
  interface PreparedResults {
    /** Shows them. */
    void publish();

    /** Drops them. */
    void discard();
  }

  /** Stores why there is nothing. */
  void fail(ObjectFailure failure);

  /** Results that another node has made, for nobody to see yet. */
  PreparedResults prepareReceived(List<ObjectContent> contents);

  /** How many results there are to be, as the node that runs the task is told. */
  Shape shape();

  /**
   * How many results a task gives.
   *
   * @param kind one, several, as many as come, or one of those that come
   * @param count how many; for a stream, how many an earlier attempt has given; for one of its
   *     elements, which
   * @param maxUnread how many of a stream may wait unread
   */
  record Shape(Kind kind, int count, int maxUnread) {
    enum Kind {
      SINGLE,
      MANY,
      STREAM,
      ELEMENT
    }
  }

  /** Values that wait for their entries. */
  record PreparedContents(List<ObjectEntry> entries, List<ObjectContent> contents)
      implements PreparedResults {
    @Override
    public void publish() {
      for (int i = 0; i < entries.size(); i++) {
        entries.get(i).complete(contents.get(i));
      }
    }

    @Override
    public void discard() {
      contents.forEach(ObjectContent::discard);
    }
  }

  /** Keeps each element of a collection that must have so many. */
  static List<ObjectContent> contentsOf(@Nullable Object value, int count, ObjectStore store)
      throws ResultNotStoredException {
    var contents = new ArrayList<ObjectContent>(count);
    try {
      for (var element : elements(value, count)) {
        contents.add(ResultNotStoredException.storeResult(store, element));
      }
      return contents;
    } catch (ResultNotStoredException notStored) {
      contents.forEach(ObjectContent::discard);
      throw notStored;
    }
  }

  private static List<@Nullable Object> elements(@Nullable Object value, int count)
      throws ResultNotStoredException {
    if (value instanceof Collection<?> collection && collection.size() == count) {
      var elements = new ArrayList<@Nullable Object>(collection);
      if (elements.size() == count) { // it may have said what is not so
        return elements;
      }
    }
    var had = value instanceof Collection<?> other
        ? new ArrayList<>(other).size() + " elements"
        : typeOf(value);
    throw new ResultNotStoredException("It was started for " + count + " results but returned "
        + had + ". Return a collection with one element per result.");
  }

  /** What a wrong result is called in messages. */
  static String typeOf(@Nullable Object value) {
    return value == null ? "null" : "a " + value.getClass().getName();
  }

  /** One result. */
  record Single(ObjectStore store, ObjectEntry entry) implements TaskResultSink {
    @Override
    public PreparedResults prepare(@Nullable Object value) throws ResultNotStoredException {
      return new PreparedContents(
          List.of(entry), List.of(ResultNotStoredException.storeResult(store, value)));
    }

    @Override
    public PreparedResults prepareReceived(List<ObjectContent> contents) {
      return new PreparedContents(List.of(entry), contents);
    }

    @Override
    public Shape shape() {
      return new Shape(Shape.Kind.SINGLE, 1, 0);
    }

    @Override
    public void fail(ObjectFailure failure) {
      entry.fail(failure);
    }
  }

  /** As many results as the returned collection has elements. */
  record Many(ObjectStore store, List<ObjectEntry> entries) implements TaskResultSink {
    @Override
    public PreparedResults prepare(@Nullable Object value) throws ResultNotStoredException {
      return new PreparedContents(entries, contentsOf(value, entries.size(), store));
    }

    @Override
    public PreparedResults prepareReceived(List<ObjectContent> contents) {
      return new PreparedContents(entries, contents);
    }

    @Override
    public Shape shape() {
      return new Shape(Shape.Kind.MANY, entries.size(), 0);
    }

    @Override
    public void fail(ObjectFailure failure) {
      entries.forEach(entry -> entry.fail(failure));
    }
  }

  /** As many results as come. */
  record Streamed(ResultStream<?> stream) implements TaskResultSink {
    @Override
    public PreparedResults prepare(@Nullable Object value) throws ResultNotStoredException {
      stream.drain(value);
      return new PreparedContents(List.of(), List.of());
    }

    @Override
    public PreparedResults prepareReceived(List<ObjectContent> contents) {
      stream.end();
      return new PreparedContents(List.of(), List.of());
    }

    @Override
    public Shape shape() {
      return new Shape(Shape.Kind.STREAM, stream.emitted(), stream.maxUnread());
    }

    @Override
    public void fail(ObjectFailure failure) {
      stream.fail(failure);
    }
  }
}
