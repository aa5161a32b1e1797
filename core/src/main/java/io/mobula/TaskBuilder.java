package io.mobula;

import io.mobula.placement.Placement;
import io.mobula.placement.Resources;
import io.mobula.spi.Arguments;
import io.mobula.spi.RemoteFunction;
import io.mobula.spi.TaskOptions;
import io.mobula.spi.TaskOptions.NameAndStream;
import io.mobula.spi.TaskOptions.Retries;
import io.mobula.spi.TaskOptions.TimeLimits;
import io.mobula.spi.TaskRequest;
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
public abstract sealed class TaskBuilder<S>
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

  final MobulaRuntime resolveRuntime() {
    return runtime != null ? runtime : Mobula.runtime();
  }

  final <R extends @Nullable Object> TaskCall<R> call(Arguments arguments) {
    return new TaskCall<>(runtime, function, arguments, options);
  }

  final <R extends @Nullable Object> ObjectRef<R> start(Arguments arguments) {
    return resolveRuntime().submit(new TaskRequest(function, arguments, options));
  }

  /** Requests CPUs while the task runs; fractions and zero are allowed. */
  public final S cpus(double amount) {
    return with(options.with(options.resources().cpus(amount)));
  }

  /** Requests accelerators while the task runs: a fraction up to 1, or a whole number. */
  public final S gpus(double amount) {
    return with(options.with(options.resources().gpus(amount)));
  }

  /**
   * Requests a share of one accelerator by its memory, such as {@code "20GiB"}, while the task
   * runs.
   *
   * @throws io.mobula.error.InvalidRequestException also when {@link #gpus} are requested already
   */
  public final S gpuMemory(String size) {
    return with(options.with(options.resources().gpuMemory(size)));
  }

  /**
   * Restricts the task to accelerators of a model, such as {@code "H200"}; see
   * {@link Resources#accelerator}.
   */
  public final S accelerator(String kind) {
    return with(options.with(options.resources().accelerator(kind)));
  }

  /**
   * Requests memory in bytes while the task runs. Only placement counts it; no limit is enforced.
   */
  public final S memory(long bytes) {
    return with(options.with(options.resources().memory(bytes)));
  }

  /** Requests an amount of a custom resource while the task runs. */
  public final S resource(String name, double amount) {
    return with(options.with(options.resources().resource(name, amount)));
  }

  /**
   * Sets how often the task may be retried, 3 by default: after a crash of its node, and after an
   * exception named with {@link #retryOn}. Above zero the task runs <em>at least once</em>: its
   * effects may happen more than once.
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
   */
  public final S backoff(Duration first) {
    return with(options.with(
        new Retries(options.retries().maxRetries(), options.retries().retryOn(), first)));
  }

  /**
   * Sets how long one attempt may run, counted from its start; after that it is interrupted and
   * fails.
   */
  public final S timeout(Duration limit) {
    return with(options.with(new TimeLimits(
        Objects.requireNonNull(limit, "timeout"), options.timeLimits().deadline())));
  }

  /**
   * Sets how long the result may take, counted from {@code remote} and including waiting and
   * retries; after that the task fails.
   */
  public final S deadline(Duration limit) {
    return with(options.with(
        new TimeLimits(options.timeLimits().timeout(), Objects.requireNonNull(limit, "deadline"))));
  }

  /** Sets the name of the task in logs, errors and lists; the function's own name by default. */
  public final S name(String name) {
    return with(options.with(new NameAndStream(
        Objects.requireNonNull(name, "name"), options.nameAndStream().maxUnread())));
  }

  /** Sets where the task runs; {@link Placement#anywhere()} by default. */
  public final S placement(Placement placement) {
    return with(options.with(placement));
  }

  /**
   * Sets how many results of a streaming task may be unread before the task is paused; 64 by
   * default.
   */
  public final S maxUnread(int results) {
    return with(options.with(new NameAndStream(options.nameAndStream().name(), results)));
  }
}
