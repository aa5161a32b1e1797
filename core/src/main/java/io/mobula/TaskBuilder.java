package io.mobula;

import io.mobula.spi.Arguments;
import io.mobula.spi.RemoteFunction;
import io.mobula.spi.RuntimeEngine;
import io.mobula.spi.TaskOptions;
import io.mobula.spi.TaskOptions.Retries;
import io.mobula.spi.TaskOptions.TimeLimits;
import io.mobula.spi.TaskRequest;
import io.mobula.spi.WorkOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Builder with the options of a task. Each method returns a new immutable call; nothing happens
 * before {@code remote}.
 *
 * @param <S> the kind of call that each method returns
 */
public abstract sealed class TaskBuilder<S> extends CallBuilder<S>
    permits TaskCall, Task0, Task1, Task2, Task3, Task4, Task5, Task6 {
  final @Nullable MobulaRuntime runtime;
  final RemoteFunction function;
  final TaskOptions options;

  TaskBuilder(@Nullable MobulaRuntime runtime, RemoteFunction function, TaskOptions options) {
    this.runtime = runtime;
    this.function = Objects.requireNonNull(function, "function");
    this.options = options;
  }

  abstract S with(TaskOptions options);

  @Override
  final WorkOptions work() {
    return options.work();
  }

  @Override
  final S with(WorkOptions changed) {
    return with(options.with(changed));
  }

  final TaskRequest request(Arguments arguments) {
    return new TaskRequest(function, arguments, options);
  }

  final <R extends @Nullable Object> TaskCall<R> call(Arguments arguments) {
    return new TaskCall<>(runtime, function, arguments, options);
  }

  final <R extends @Nullable Object> ObjectRef<R> start(Arguments arguments) {
    return RuntimeEngine.of(runtime).submit(request(arguments));
  }

  final <Q> Q start(Arguments arguments, ResultForm<?, Q> form) {
    return form.start(RuntimeEngine.of(runtime), request(arguments));
  }

  /**
   * Sets how often the task may be retried, 3 by default: after a crash of its node, and after an
   * exception named with {@link #retryOn}. Above zero the task runs <em>at least once</em>: its
   * effects may happen more than once.
   *
   * @throws io.mobula.error.InvalidRequestException when {@code times} is negative
   */
  public final S maxRetries(int times) {
    return with(options.with(
        new Retries(times, options.retries().retryOn(), options.retries().backoff())));
  }

  /**
   * Retries the task, up to {@link #maxRetries}, when it throws one of these exceptions or a
   * subclass.
   */
  @SafeVarargs
  public final S retryOn(Class<? extends Throwable>... exceptions) {
    var named = new ArrayList<Class<? extends Throwable>>();
    for (var exception : exceptions) {
      named.add(exception);
    }
    return with(options.with(
        new Retries(options.retries().maxRetries(), named, options.retries().backoff())));
  }

  /**
   * Sets the wait before the first retry, 100 ms by default; doubled for each further retry, up to
   * a minute.
   *
   * @throws io.mobula.error.InvalidRequestException when {@code first} is negative
   */
  public final S backoff(Duration first) {
    return with(options.with(
        new Retries(options.retries().maxRetries(), options.retries().retryOn(), first)));
  }

  /**
   * Sets how long one attempt may run, counted from its start; without a limit by default. After
   * that the attempt is interrupted, and the task fails with
   * {@link io.mobula.error.TaskTimeoutException}.
   *
   * @throws io.mobula.error.InvalidRequestException when {@code timeout} is not above zero
   */
  public final S timeout(Duration timeout) {
    return with(options.with(new TimeLimits(
        Objects.requireNonNull(timeout, "timeout"), options.timeLimits().totalTimeout())));
  }

  /**
   * Sets how long the result may take, counted from {@code remote} and including waiting and
   * retries; without a limit by default. After that the task fails with
   * {@link io.mobula.error.TaskTimeoutException}.
   *
   * @throws io.mobula.error.InvalidRequestException when {@code timeout} is not above zero
   */
  public final S totalTimeout(Duration timeout) {
    return with(options.with(new TimeLimits(
        options.timeLimits().timeout(), Objects.requireNonNull(timeout, "timeout"))));
  }

  /**
   * Sets how many results of a streaming task may be unread before the task is paused; 64 by
   * default.
   *
   * @throws io.mobula.error.InvalidRequestException when {@code results} is below 1
   */
  public final S maxUnread(int results) {
    return with(options.withMaxUnread(results));
  }
}
