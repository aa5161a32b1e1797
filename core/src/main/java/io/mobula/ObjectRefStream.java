package io.mobula;

import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * The results of a task that gives many, one ref after the other while the task goes on. Ray's
 * {@code ObjectRefGenerator}.
 *
 * <p>For one reading thread at a time. The task is held back when {@link TaskBuilder#maxUnread}
 * results wait unread. Closing early cancels the task and gives back what was not read.
 *
 * @param <T> the type of each result
 */
public interface ObjectRefStream<T extends @Nullable Object>
    extends Iterable<ObjectRef<T>>, AutoCloseable {

  /**
   * The one cursor of this stream, the same at every call. Its {@code hasNext} waits until there is
   * another result or the end; its {@code next} gives refs that are ready. A task that fails midway
   * gives what it had and then one last ref whose {@code get} throws.
   */
  @Override
  Iterator<ObjectRef<T>> iterator();

  @Override
  void close();
}
