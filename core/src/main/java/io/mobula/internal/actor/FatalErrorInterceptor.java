package io.mobula.internal.actor;

import akka.actor.typed.Behavior;
import akka.actor.typed.BehaviorInterceptor;
import akka.actor.typed.Signal;
import akka.actor.typed.TypedActorContext;
import akka.actor.typed.javadsl.Behaviors;
import io.mobula.error.TaskFailedException;
import io.mobula.internal.codec.CapturedThrowable;
import java.util.concurrent.Callable;

/**
 * Interceptor around a user's behavior. An error for which Akka would end the JVM, such as a stack
 * overflow, a full heap or a class that cannot be linked, ends that actor only, as any exception
 * does. Children of the actor are not intercepted.
 *
 * @param <T> the actor's protocol
 */
final class FatalErrorInterceptor<T> extends BehaviorInterceptor<T, T> {
  private final String name;

  private FatalErrorInterceptor(String name, Class<T> messages) {
    super(messages);
    this.name = name;
  }

  /** Returns the behavior with the interceptor around it. */
  @SuppressWarnings("unchecked") // accepts any message
  static <T> Behavior<T> around(String name, Behavior<T> behavior) {
    return Behaviors.intercept(
        () -> new FatalErrorInterceptor<>(name, (Class<T>) (Class<?>) Object.class), behavior);
  }

  @Override
  public Behavior<T> aroundStart(TypedActorContext<T> context, PreStartTarget<T> target) {
    return guarded(() -> target.start(context));
  }

  @Override
  public Behavior<T> aroundReceive(
      TypedActorContext<T> context, T message, ReceiveTarget<T> target) {
    return guarded(() -> target.apply(context, message));
  }

  @Override
  public Behavior<T> aroundSignal(
      TypedActorContext<T> context, Signal signal, SignalTarget<T> target) {
    return guarded(() -> target.apply(context, signal));
  }

  private Behavior<T> guarded(Callable<Behavior<T>> step) {
    try {
      return step.call();
    } catch (RuntimeException ordinary) {
      throw ordinary;
    } catch (Throwable thrown) { // an error, or a checked exception that was thrown unchecked
      var captured = CapturedThrowable.of(thrown);
      throw new TaskFailedException(
          "Behavior " + name + " failed: " + captured.text(), captured.exception());
    }
  }
}
