package io.mobula.internal.call;

import io.mobula.error.CodecException;
import io.mobula.internal.store.ObjectContent;
import io.mobula.internal.store.ObjectStore;
import io.mobula.spi.RemoteFunction;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A function of another process that captured nothing. It is decoded on the first call and reused
 * for all later calls. Safe for all threads.
 */
final class StatelessFunction {
  private final ObjectContent content;
  private volatile @Nullable RemoteFunction function;

  StatelessFunction(ObjectContent content) {
    this.content = content;
  }

  /** Returns the encoded function. */
  ObjectContent content() {
    return content;
  }

  /**
   * Returns the function, decoded on the first call.
   *
   * @throws CodecException if the function cannot be decoded here; the next call tries again
   */
  RemoteFunction resolve(ObjectStore store) {
    var present = function;
    if (present == null) {
      present = (RemoteFunction) Objects.requireNonNull(store.converter().materialize(content));
      function = present;
    }
    return present;
  }
}
