package io.mobula.internal.task;

import io.mobula.internal.call.NotKept;
import io.mobula.internal.store.Content;
import io.mobula.internal.store.Failure;
import io.mobula.internal.store.ObjectEntry;
import io.mobula.internal.store.ObjectStore;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where the outcome of a task goes: one object, a known number of them, or a stream. */
sealed interface Results {
  /**
   * Keeps what the task returned, for nobody to see yet.
   *
   * @throws NotKept when it cannot be kept; the task has failed then
   */
  Outcome prepare(@Nullable Object value) throws NotKept;

  /** Results that are kept: shown to their readers, or dropped if another outcome came first. */
  interface Outcome {
    /** Shows them. */
    void publish();

    /** Drops them. */
    void discard();
  }

  /** Stores why there is nothing. */
  void fail(Failure failure);

  /** Values that wait for their entries. */
  record Contents(List<ObjectEntry> entries, List<Content> contents) implements Outcome {
    @Override
    public void publish() {
      for (int i = 0; i < entries.size(); i++) {
        entries.get(i).complete(contents.get(i));
      }
    }

    @Override
    public void discard() {
      contents.forEach(Content::discard);
    }
  }

  /** What a wrong result is called in messages. */
  static String typeOf(@Nullable Object value) {
    return value == null ? "null" : "a " + value.getClass().getName();
  }

  /** One result. */
  record Single(ObjectStore store, ObjectEntry entry) implements Results {
    @Override
    public Outcome prepare(@Nullable Object value) throws NotKept {
      return new Contents(List.of(entry), List.of(NotKept.orContent(store, value)));
    }

    @Override
    public void fail(Failure failure) {
      entry.fail(failure);
    }
  }

  /** As many results as the returned collection has elements. */
  record Many(ObjectStore store, List<ObjectEntry> entries) implements Results {
    @Override
    public Outcome prepare(@Nullable Object value) throws NotKept {
      var elements = elements(value);
      var contents = new ArrayList<Content>(elements.size());
      try {
        for (var element : elements) {
          contents.add(NotKept.orContent(store, element));
        }
        return new Contents(entries, contents);
      } catch (NotKept notKept) {
        contents.forEach(Content::discard);
        throw notKept;
      }
    }

    private List<@Nullable Object> elements(@Nullable Object value) throws NotKept {
      if (value instanceof Collection<?> collection && collection.size() == entries.size()) {
        return new ArrayList<>(collection);
      }
      var had = value instanceof Collection<?> other ? other.size() + " elements" : typeOf(value);
      throw new NotKept("It was started for " + entries.size() + " results but returned " + had
          + ". Return a collection with one element per result.");
    }

    @Override
    public void fail(Failure failure) {
      entries.forEach(entry -> entry.fail(failure));
    }
  }

  /** As many results as come. */
  record Streamed(ResultStream<?> stream) implements Results {
    @Override
    public Outcome prepare(@Nullable Object value) throws NotKept {
      stream.drain(value);
      return new Contents(List.of(), List.of());
    }

    @Override
    public void fail(Failure failure) {
      stream.fail(failure);
    }
  }
}
