package io.mobula;

import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a function is called with: values, and refs that are resolved to values before the call.
 * Immutable.
 *
 * <p>Whether an argument is a ref follows from the form that was called, that is from its static
 * type, never from what the object happens to be: a function of {@code Object} that is given a ref
 * as a value gets the ref.
 */
public final class Arguments {
  private static final Arguments NONE = new Arguments(0);

  private final @Nullable Object[] values;
  private final int refs;

  private Arguments(int refs, @Nullable Object... values) {
    this.refs = refs;
    this.values = values;
  }

  static Arguments none() {
    return NONE;
  }

  /** The array becomes the property of the result. */
  static Arguments of(int refs, @Nullable Object... values) {
    return new Arguments(refs, values);
  }

  /**
   * The bit that marks argument {@code index} as a ref; none for null, since a null ref is the
   * value null.
   */
  static int refBit(int index, @Nullable Object ref) {
    return ref == null ? 0 : 1 << index;
  }

  /** How many there are. */
  public int count() {
    return values.length;
  }

  /** Whether the argument was given as a ref and is not null. */
  public boolean isRef(int index) {
    return (refs >>> index & 1) == 1;
  }

  /** Whether any argument was given as a ref. */
  public boolean anyRef() {
    return refs != 0;
  }

  /** The argument as it was given: a value or a ref. */
  public @Nullable Object get(int index) {
    return values[index];
  }

  /** Visits each argument that was given as a ref. */
  public void forEachRef(Consumer<ObjectRef<?>> visitor) {
    for (int i = 0; i < values.length; i++) {
      if (isRef(i)) {
        visitor.accept((ObjectRef<?>) Objects.requireNonNull(values[i]));
      }
    }
  }
}
