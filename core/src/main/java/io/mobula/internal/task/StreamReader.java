package io.mobula.internal.task;

import io.mobula.ObjectRef;
import io.mobula.ObjectRefStream;
import java.lang.ref.Reference;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * Reader's handle of a result stream. It is separate from the stream so that a reader that is
 * dropped without being closed does not block its task for ever: the engine closes the stream when
 * the handle and its cursor are unreachable.
 */
final class StreamReader<T extends @Nullable Object> implements ObjectRefStream<T> {
  private final ResultStream<T> stream;
  private final Iterator<ObjectRef<T>> cursor = new Cursor();

  StreamReader(ResultStream<T> stream) {
    this.stream = stream;
  }

  @Override
  public Iterator<ObjectRef<T>> iterator() {
    return cursor;
  }

  @Override
  public void close() {
    stream.close();
  }

  /** Cursor of the stream; keeps the handle reachable while a thread waits in it. */
  private final class Cursor implements Iterator<ObjectRef<T>> {
    @Override
    public boolean hasNext() {
      try {
        return stream.awaitNext();
      } finally {
        Reference.reachabilityFence(StreamReader.this);
      }
    }

    @Override
    public ObjectRef<T> next() {
      if (!hasNext()) {
        throw new NoSuchElementException("The stream has ended.");
      }
      return stream.take();
    }
  }
}
