package io.mobula.internal.task;

import io.mobula.ObjectRef;
import io.mobula.ObjectRefStream;
import java.lang.ref.Reference;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * What the reader of a stream holds. Apart from the stream itself, so that a reader who forgets it
 * does not hold back its task for ever: the engine closes the stream when this, and the cursor with
 * it, is unreachable.
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

  /** The one cursor; keeps the reader reachable while somebody waits in it. */
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
