package io.mobula.internal.task;

import io.mobula.ObjectId;
import io.mobula.internal.call.ResultNotStoredException;
import io.mobula.internal.store.ObjectContent;
import io.mobula.internal.store.ObjectEntry;
import io.mobula.internal.store.ObjectFailure;
import io.mobula.internal.store.ObjectStore;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Sink for the outcome of a task: one object, a known number of objects, or a stream. */
sealed interface TaskResultSink
    permits TaskResultSink.Single,
        TaskResultSink.Many,
        TaskResultSink.Streamed,
        RemoteResultSink,
        ReconstructedResultSink {
  /**
   * Stores what the task returned without publishing it.
   *
   * @throws ResultNotStoredException when it cannot be stored; the task has failed then
   */
  PreparedResults prepare(@Nullable Object value) throws ResultNotStoredException;

  /** Prepared results that are stored: published, or discarded if another outcome came first. */
  interface PreparedResults {
    /** Publishes the results to their readers. */
    void publish();

    /** Discards the results without publishing them. */
    void discard();
  }

  /** Stores a failure as the outcome. */
  void fail(ObjectFailure failure);

  /** Prepares results that another node has made, without publishing them. */
  PreparedResults prepareReceived(List<ObjectContent> contents);

  /** Returns whether another node waits for the results. */
  default boolean isForAnotherNode() {
    return false;
  }

  /** Returns the stream that gets the results, or null. */
  default @Nullable ResultStream<?> stream() {
    return null;
  }

  /** Notes that the body begins in a slot of this node. */
  default void started() {}

  /** Notes that the body has returned a stage whose value is not complete. */
  default void staged() {}

  /** Notes how many elements of a stream have been read on the other node. */
  default void taken(int count) {}

  /**
   * Returns the task unstarted to the node that submitted it, as this argument must be located
   * first. Returns false if this node has submitted it.
   */
  default boolean returnUnstarted(ObjectId absent) {
    return false;
  }

  /** Returns the number of results, as the node that runs the task is told. */
  Shape shape();

  /**
   * Kind and number of the results of a task.
   *
   * @param kind one result, several, a stream, or one element of a stream
   * @param count the number of results; for a stream, how many an earlier attempt has given; for an
   *     element, its index
   * @param maxUnread how many results of a stream may be unread
   */
  record Shape(Kind kind, int count, int maxUnread) {
    static final Kind[] KINDS = Kind.values();
    static final Shape ONE = new Shape(Kind.SINGLE, 1, 0);

    enum Kind {
      SINGLE,
      MANY,
      STREAM,
      ELEMENT
    }
  }

  /** Prepared value and the entry that it will complete. */
  record PreparedContent(ObjectEntry entry, ObjectContent content) implements PreparedResults {
    @Override
    public void publish() {
      entry.complete(content);
    }

    @Override
    public void discard() {
      content.discard();
    }
  }

  /** Prepared values and the entries that they will complete. */
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

  /** Stores each element of a collection, which must have {@code count} elements. */
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
      if (elements.size() == count) { // a collection of the user may report a wrong size
        return elements;
      }
    }
    var had = value instanceof Collection<?> other
        ? new ArrayList<>(other).size() + " elements"
        : typeOf(value);
    throw new ResultNotStoredException("It was started for " + count + " results but returned "
        + had + ". Return a collection with one element per result.");
  }

  /** Returns how a message names a wrong result. */
  static String typeOf(@Nullable Object value) {
    return value == null ? "null" : "a " + value.getClass().getName();
  }

  /** Sink for one result. */
  record Single(ObjectStore store, ObjectEntry entry) implements TaskResultSink {
    @Override
    public PreparedResults prepare(@Nullable Object value) throws ResultNotStoredException {
      return new PreparedContent(entry, ResultNotStoredException.storeResult(store, value));
    }

    @Override
    public PreparedResults prepareReceived(List<ObjectContent> contents) {
      return new PreparedContents(List.of(entry), contents);
    }

    @Override
    public Shape shape() {
      return Shape.ONE;
    }

    @Override
    public void fail(ObjectFailure failure) {
      entry.fail(failure);
    }
  }

  /** Sink for a known number of results, the elements of the returned collection. */
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

  /** Sink for a stream of results. */
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
