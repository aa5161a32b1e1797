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
 * Stands around a program's behavior: an error that ends the JVM where Akka meets it, such as a
 * full stack, a full heap or a class that cannot be linked, ends that actor alone, as any exception
 * does. Actors that it starts itself are Akka's.
 *
 * @param <T> the actor's protocol
 */
final class FatalErrorInterceptor<T> extends BehaviorInterceptor<T, T> {
  private final String name;

  private FatalErrorInterceptor(String name, Class<T> messages) {
    super(messages);
    this.name = name;
  }

  /** The behavior, guarded. */
  @SuppressWarnings("unchecked") // any message is to come through
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
    } catch (Throwable thrown) { // an error, or what was thrown past the compiler
      var captured = CapturedThrowable.of(thrown);
      throw new TaskFailedException(
          "Behavior " + name + " failed: " + captured.text(), captured.exception());
    }
  }
}
