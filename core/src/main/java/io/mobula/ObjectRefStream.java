package io.mobula;

import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * Results of a streaming task, returned as refs one by one while the task runs. Corresponds to
 * Ray's {@code ObjectRefGenerator}.
 *
 * <p>For one reading thread at a time. The task is paused while {@link TaskBuilder#maxUnread}
 * results are unread. Closing early cancels the task and releases unread results.
 *
 * @param <T> the type of each result
 */
public interface ObjectRefStream<T extends @Nullable Object>
    extends Iterable<ObjectRef<T>>, AutoCloseable {

  /**
   * Returns the only iterator of this stream, the same at every call. Its {@code hasNext} waits
   * until there is another result or the end; its {@code next} returns refs that are ready. A task
   * that fails midway returns the results before the failure and then one last ref whose
   * {@code get} throws.
   */
  @Override
  Iterator<ObjectRef<T>> iterator();

  @Override
  void close();
}
