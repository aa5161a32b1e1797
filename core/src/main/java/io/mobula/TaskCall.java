package io.mobula;

import io.mobula.spi.Arguments;
import io.mobula.spi.RemoteFunction;
import io.mobula.spi.TaskOptions;
import org.jspecify.annotations.Nullable;

/**
 * Function with its arguments and options, ready to run on some node: {@code Mobula.task(f, a,
 * b).cpus(2).remote()}. Immutable; may be started many times.
 *
 * @param <R> the type of the result
 */
public final class TaskCall<R extends @Nullable Object> extends TaskBuilder<TaskCall<R>> {
  private final Arguments arguments;

  TaskCall(
      @Nullable MobulaRuntime runtime,
      RemoteFunction function,
      Arguments arguments,
      TaskOptions options) {
    super(runtime, function, options);
    this.arguments = arguments;
  }

  @Override
  TaskCall<R> with(TaskOptions options) {
    return new TaskCall<>(runtime, function, arguments, options);
  }

  /**
   * Starts the task and returns a ref to its result at once. The arguments are copied before this
   * method returns, in the caller's thread.
   *
   * @throws io.mobula.error.CodecException when an argument cannot be encoded; nothing was started
   * @throws io.mobula.error.UnschedulableException when a runtime without a cluster can never
   *     satisfy the request; in a cluster the ref fails with it, after
   *     {@code mobula.placement.unschedulable-timeout}
   * @throws io.mobula.error.SubmissionRejectedException when too many tasks are pending for too
   *     long
   */
  public ObjectRef<R> remote() {
    return start(arguments);
  }

  /**
   * Starts the task and returns its results in another form at once: a stream of refs, several
   * refs, or a ref to the value of a stage; see {@link ResultForm} and {@link #remote()}.
   */
  public <Q> Q remote(ResultForm<? super R, Q> form) {
    return start(arguments, form);
  }
}
