package io.mobula.internal.store;

import io.mobula.error.MobulaException;
import java.util.function.Supplier;

/**
 * Why there is no value. Each reader is thrown an exception of its own, so that its stack shows who
 * asked; the cause, with the stack of the place where it happened, is shared.
 */
public record Failure(Supplier<? extends MobulaException> exception) {

  /** The same exception, as a new instance. */
  public MobulaException raise() {
    return exception.get();
  }
}
