package io.mobula.internal.call;

import io.mobula.ObjectRef;
import io.mobula.error.InvalidRequestException;
import io.mobula.internal.codec.Codec;
import io.mobula.internal.store.EntryRef;
import io.mobula.internal.store.ObjectContent;
import io.mobula.internal.store.ObjectStore;
import io.mobula.spi.Arguments;
import io.mobula.spi.RemoteFunction;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Binder of the calls of one node: copies a function and its arguments in the caller's thread. Safe
 * for all threads.
 */
public final class CallBinder {
  private final ObjectStore store;
  private final Codec codec;
  private final long inlineLimit;

  /**
   * Makes a binder that keeps the arguments of one call in the heap up to {@code inlineLimit} bytes
   * together.
   */
  public CallBinder(ObjectStore store, Codec codec, long inlineLimit) {
    this.store = store;
    this.codec = codec;
    this.inlineLimit = inlineLimit;
  }

  /**
   * Copies a function and its arguments.
   *
   * @param receivers number of leading parameters of the function that are passed later: 1 for a
   *     method of an actor
   * @throws io.mobula.error.CodecException when something cannot be encoded; nothing is retained
   *     then
   */
  public BoundCall bind(RemoteFunction function, Arguments arguments, int receivers) {
    requireTypes(function, arguments, receivers);
    var bound = new Object[arguments.count()];
    Object kept = snapshotFunction(function);
    long heapBytes = kept instanceof ObjectContent content ? content.heapBytes() : 0;
    int done = 0;
    try {
      for (; done < bound.length; done++) {
        if (arguments.isRef(done)) {
          var ref = (ObjectRef<?>) Objects.requireNonNull(arguments.get(done));
          bound[done] = EntryRef.entryOf(ref, store).retain();
        } else {
          var content = store.converter().snapshot(arguments.get(done), inlineLimit - heapBytes);
          heapBytes += content.heapBytes();
          bound[done] = promoteLarge(content);
        }
      }
    } catch (RuntimeException | Error e) {
      for (int i = 0; i < done; i++) {
        HeldPart.release(bound[i]);
      }
      HeldPart.release(kept);
      throw e;
    }
    return new BoundCall(kept, bound, store, heapBytes, CallLogContext.ofThread());
  }

  /** Copies a function and values, none of which is a ref. */
  public BoundCall bind(RemoteFunction function, List<? extends @Nullable Object> values) {
    Object kept = snapshotFunction(function);
    var bound = new Object[values.size()];
    for (int i = 0; i < bound.length; i++) {
      bound[i] = promoteLarge(store.converter().snapshot(values.get(i), inlineLimit));
    }
    return new BoundCall(kept, bound, store, 0, CallLogContext.ofThread());
  }

  /**
   * Turns content that is too large for a frame into an object of its own, as if it had been put.
   */
  private Object promoteLarge(ObjectContent content) {
    return content instanceof ObjectContent.Sealed sealed && sealed.byteSize() > inlineLimit
        ? store.createEntry(content).retain()
        : content;
  }

  private Object snapshotFunction(RemoteFunction function) {
    return codec.isIsolated(function)
        ? function
        : promoteLarge(store.converter().snapshot(function, inlineLimit));
  }

  /** Copies a function without parameters, with what it captured. */
  public BoundCall bind(RemoteFunction function) {
    Object kept = snapshotFunction(function);
    long heapBytes = kept instanceof ObjectContent content ? content.heapBytes() : 0;
    return new BoundCall(kept, new Object[0], store, heapBytes, CallLogContext.ofThread());
  }

  private static void requireTypes(RemoteFunction function, Arguments arguments, int receivers) {
    var shape = Codec.signatureOf(function);
    var types = shape.parameterTypes();
    if (types.size() != arguments.count() + receivers) {
      return; // an ordinary class, whose parameter types are unknown
    }
    for (int i = 0; i < arguments.count(); i++) {
      var value = arguments.get(i);
      var type = types.get(i + receivers);
      if (!arguments.isRef(i) && value != null && !type.isInstance(value)) {
        throw new InvalidRequestException("Argument " + (i + 1) + " of "
            + BoundCall.nameOf(function)
            + " is a " + value.getClass().getName() + ", but the parameter is a " + type.getName()
            + ".");
      }
    }
  }
}
