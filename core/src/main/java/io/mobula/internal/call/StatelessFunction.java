package io.mobula.internal.call;

import io.mobula.RemoteFunction;
import io.mobula.error.CodecException;
import io.mobula.internal.store.ObjectContent;
import io.mobula.internal.store.ObjectStore;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A function of another process that captured nothing: read when it is called for the first time,
 * and the same for all calls. Safe for all threads.
 */
final class StatelessFunction {
  private final ObjectContent content;
  private volatile @Nullable RemoteFunction function;

  StatelessFunction(ObjectContent content) {
    this.content = content;
  }

  /** What it was read from. */
  ObjectContent content() {
    return content;
  }

  /**
   * The function.
   *
   * @throws CodecException if it cannot be read here; the next call tries again
   */
  RemoteFunction resolve(ObjectStore store) {
    var present = function;
    if (present == null) {
      present = (RemoteFunction) Objects.requireNonNull(store.materialize(content));
      function = present;
    }
    return present;
  }
}
