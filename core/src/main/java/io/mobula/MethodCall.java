package io.mobula;

import io.mobula.spi.CallTarget;
import io.mobula.spi.MethodRequest;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Method of an actor with its arguments, ready to be called: {@code counter.call(Counter::add,
 * 5).remote()}. Immutable.
 *
 * @param <R> the type of the result
 */
public final class MethodCall<R extends @Nullable Object> {
  private final CallTarget<?> target;
  private final MethodRequest request;

  MethodCall(ActorHandle<?> target, MethodRequest request) {
    this.target = (CallTarget<?>) Objects.requireNonNull(target, "target");
    this.request = request;
  }

  /**
   * Sends the call and returns a ref to its result at once. The calls of one caller start in the
   * order in which they were made; a caller is a task, an actor, or all other code of a process
   * together. The arguments are copied before this method returns, in the calling thread.
   *
   * @throws io.mobula.error.PendingCallsExceededException when the actor has too many unanswered
   *     calls
   * @throws io.mobula.error.CodecException when an argument cannot be encoded; nothing was sent
   */
  public ObjectRef<R> remote() {
    return target.send(request);
  }

  /**
   * Sends the call of a method that returns a stage, and returns a ref to the stage's value at
   * once; see {@link ResultForm#async} and {@link #remote()}.
   */
  public <E extends @Nullable Object> ObjectRef<E> remote(
      ResultForm.SingleForm<? super R, E> form) {
    Objects.requireNonNull(form, "form");
    return target.send(request);
  }
}
