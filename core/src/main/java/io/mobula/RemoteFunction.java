package io.mobula;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * A function that can run somewhere else: the common root of {@link Fn0} to {@link Fn7} and
 * {@link Action0} to {@link Action7}. Users write lambdas, method references or constructors of
 * those and never this one.
 *
 * <p>It is {@link Serializable} so that a lambda tells its class, method and captured values; what
 * it captures is copied like an argument.
 */
public interface RemoteFunction extends Serializable {

  /**
   * Calls the function with as many arguments as it has parameters, in order.
   *
   * @return its result, {@code null} for a void function
   * @throws ClassCastException when an argument is not of its parameter's type
   */
  @Nullable
  Object invoke(@Nullable Object[] arguments) throws Exception;
}
