package io.mobula.spi;

import io.mobula.ObjectRef;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Arguments of a call: values, and refs that are resolved to values before the call. Immutable.
 *
 * <p>The static type decides whether an argument is a ref, that is, the call form that the program
 * used; the runtime class of the object does not matter. A function with an {@code Object}
 * parameter that is given a ref as a value receives the ref.
 */
public final class Arguments {
  private static final Arguments NONE = new Arguments(0);

  private final @Nullable Object[] values;
  private final int refs;

  private Arguments(int refs, @Nullable Object... values) {
    this.refs = refs;
    this.values = values;
  }

  /** Returns the arguments of a call without parameters. */
  public static Arguments none() {
    return NONE;
  }

  /** Returns arguments over an array that is not copied; the caller must not use it any more. */
  public static Arguments of(int refs, @Nullable Object... values) {
    return new Arguments(refs, values);
  }

  /**
   * Returns the bit that marks argument {@code index} as a ref, or 0 for null, since a null ref is
   * the value null.
   */
  public static int refBit(int index, @Nullable Object ref) {
    return ref == null ? 0 : 1 << index;
  }

  /** Returns the number of arguments. */
  public int count() {
    return values.length;
  }

  /** Returns whether the argument was passed as a ref and is not null. */
  public boolean isRef(int index) {
    return (refs >>> index & 1) == 1;
  }

  /** Returns whether any argument was passed as a ref. */
  public boolean anyRef() {
    return refs != 0;
  }

  /** Returns the argument as it was passed: a value or a ref. */
  public @Nullable Object get(int index) {
    return values[index];
  }

  /** Visits each argument that was passed as a ref. */
  public void forEachRef(Consumer<ObjectRef<?>> visitor) {
    for (int i = 0; i < values.length; i++) {
      if (isRef(i)) {
        visitor.accept((ObjectRef<?>) Objects.requireNonNull(values[i]));
      }
    }
  }
}
