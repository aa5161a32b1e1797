package io.mobula;

import io.mobula.TaskOptions.NameAndStream;
import io.mobula.TaskOptions.Retries;
import io.mobula.TaskOptions.TimeLimits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The verbs that say how a task shall run. Each returns a new immutable call; none does anything
 * before {@code remote}.
 *
 * @param <S> the kind of call that each verb returns
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

  /** Holds that many processor cores while it runs; fractions and zero are fine. */
  public final S cpus(double amount) {
    return with(options.with(options.resources().cpus(amount)));
  }

  /** Holds that many accelerators while it runs: a fraction of one up to 1, or a whole number. */
  public final S gpus(double amount) {
    return with(options.with(options.resources().gpus(amount)));
  }

  /**
   * Holds as large a share of one accelerator while it runs as has that much memory, such as
   * {@code "20GiB"}; in place of {@link #gpus}.
   */
  public final S gpuMemory(String size) {
    return with(options.with(options.resources().gpuMemory(size)));
  }

  /** Runs on accelerators of a kind, such as {@code "H200"}; see {@link Resources#accelerator}. */
  public final S accelerator(String kind) {
    return with(options.with(options.resources().accelerator(kind)));
  }

  /**
   * Holds that much memory while it runs, in bytes. A promise for placement; nothing is enforced.
   */
  public final S memory(long bytes) {
    return with(options.with(options.resources().memory(bytes)));
  }

  /** Holds that much of a resource of your own while it runs. */
  public final S resource(String name, double amount) {
    return with(options.with(options.resources().resource(name, amount)));
  }

  /**
   * How often the task may run again, 3 by default: after a crash of its node, and after an
   * exception named with {@link #retryOn}. Above zero means <em>at least once</em>: the effects of
   * a task may happen more than once.
   */
  public final S maxRetries(int times) {
    return with(options.with(
        new Retries(times, options.retries().retryOn(), options.retries().backoff())));
  }

  /** Runs the task again, up to {@link #maxRetries}, when it throws one of these or a subclass. */
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
   * How long to wait before the first retry, 100 ms by default; doubled for each further one, up to
   * a minute.
   */
  public final S backoff(Duration first) {
    return with(options.with(
        new Retries(options.retries().maxRetries(), options.retries().retryOn(), first)));
  }

  /** The longest one attempt may run, counted from its start; then it is interrupted and fails. */
  public final S timeout(Duration limit) {
    return with(options.with(new TimeLimits(
        Objects.requireNonNull(limit, "timeout"), options.timeLimits().deadline())));
  }

  /**
   * The longest until the result, counted from {@code remote}, waiting and retries included; then
   * it fails.
   */
  public final S deadline(Duration limit) {
    return with(options.with(
        new TimeLimits(options.timeLimits().timeout(), Objects.requireNonNull(limit, "deadline"))));
  }

  /** What logs, errors and lists call the task; the function's own name by default. */
  public final S name(String name) {
    return with(options.with(new NameAndStream(
        Objects.requireNonNull(name, "name"), options.nameAndStream().maxUnread())));
  }

  /** Where the task should run; {@link Placement#anywhere()} by default. */
  public final S placement(Placement placement) {
    return with(options.with(placement));
  }

  /**
   * For a streamed result: how many may wait unread before the task is held back; 64 by default.
   */
  public final S maxUnread(int results) {
    return with(options.with(new NameAndStream(options.nameAndStream().name(), results)));
  }
}
