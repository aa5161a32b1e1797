package io.mobula;

import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * The results of a task that gives many, one ref after the other while the task goes on. Ray's {@code ObjectRefGenerator}.
 *
 * <p>For one reading thread at a time. The task is held back when {@link TaskChain#maxUnread} results wait unread. Closing
 * early cancels the task and gives back what was not read.
 *
 * @param <T> the type of each result
 */
public interface ObjectRefStream<T extends @Nullable Object> extends Iterator<ObjectRef<T>>, Iterable<ObjectRef<T>>, AutoCloseable {

  /**
   * Waits until there is another result, or the end. A task that fails midway gives what it had and then one last ref
   * whose {@code get} throws.
   */
  @Override
  boolean hasNext();

  /**
   * The next result, always ready.
   *
   * @throws NoSuchElementException at the end
   */
  @Override
  ObjectRef<T> next();

  /** This stream itself: it can be walked once. */
  @Override
  default Iterator<ObjectRef<T>> iterator() {
    return this;
  }

  @Override
  void close();
}
