package io.mobula.spi;

import io.mobula.Action0;
import io.mobula.Action7;
import io.mobula.Fn0;
import io.mobula.Fn7;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * Function that can run on another node: the common supertype of {@link Fn0} to {@link Fn7} and
 * {@link Action0} to {@link Action7}. Programs write lambdas, method references or constructors of
 * those types and never use this one.
 *
 * <p>It is {@link Serializable} so that a lambda exposes its class, method and captured values;
 * captured values are copied like arguments.
 */
public interface RemoteFunction extends Serializable {

  /**
   * Calls the function with one argument for each parameter, in order.
   *
   * @return the result, {@code null} for a void function
   * @throws ClassCastException when an argument does not have its parameter's type
   */
  @Nullable
  Object invoke(@Nullable Object[] arguments) throws Exception;
}
