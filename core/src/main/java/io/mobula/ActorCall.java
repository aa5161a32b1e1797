package io.mobula;

import io.mobula.error.InvalidRequestException;
import io.mobula.spi.ActorOptions;
import io.mobula.spi.ActorOptions.CheckpointPolicy;
import io.mobula.spi.ActorOptions.Lifetime;
import io.mobula.spi.ActorOptions.MethodExecution;
import io.mobula.spi.ActorOptions.Threads;
import io.mobula.spi.ActorRequest;
import io.mobula.spi.Arguments;
import io.mobula.spi.RemoteFunction;
import io.mobula.spi.RuntimeEngine;
import io.mobula.spi.WorkOptions;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Constructor of an actor with its arguments and options, ready to start:
 * {@code Mobula.actor(Counter::new, 0).name("hits").remote()}. Immutable; each method that sets an
 * option returns a new call.
 *
 * @param <A> the user's class
 */
public final class ActorCall<A> extends CallBuilder<ActorCall<A>> {
  private final @Nullable MobulaRuntime runtime;
  private final RemoteFunction constructor;
  private final Arguments arguments;
  private final ActorOptions options;

  ActorCall(
      @Nullable MobulaRuntime runtime,
      RemoteFunction constructor,
      Arguments arguments,
      ActorOptions options) {
    this.runtime = runtime;
    this.constructor = Objects.requireNonNull(constructor, "constructor");
    this.arguments = arguments;
    this.options = options;
  }

  private ActorCall<A> with(ActorOptions changed) {
    return new ActorCall<>(runtime, constructor, arguments, changed);
  }

  @Override
  WorkOptions work() {
    return options.work();
  }

  @Override
  ActorCall<A> with(WorkOptions changed) {
    return with(options.with(changed));
  }

  /**
   * Makes {@code remote} return the existing actor if the {@linkplain #name name} is taken, instead
   * of failing.
   */
  public ActorCall<A> getIfExists() {
    return with(options.withGetIfExists());
  }

  /**
   * Keeps the actor alive until it is killed, even when no handle is left and the process that
   * created it has ended. With {@link #maxRestarts} the actor also restarts in that case; without,
   * it ends with its node.
   */
  public ActorCall<A> detached() {
    var lifetime = options.lifetime();
    return with(
        options.with(new Lifetime(true, lifetime.maxRestarts(), lifetime.maxCallRetries())));
  }

  /**
   * Sets how often the actor restarts after a failure, 0 by default. A failure is an {@link Error}
   * from a method or the crash of the actor's node; an exception from a method only fails that
   * call.
   */
  public ActorCall<A> maxRestarts(int times) {
    var lifetime = options.lifetime();
    return with(options.with(new Lifetime(lifetime.detached(), times, lifetime.maxCallRetries())));
  }

  /**
   * Sets how often a call that was running when the actor failed is retried after the restart; 0 by
   * default.
   */
  public ActorCall<A> maxCallRetries(int times) {
    var lifetime = options.lifetime();
    return with(options.with(new Lifetime(lifetime.detached(), lifetime.maxRestarts(), times)));
  }

  /**
   * Saves the actor's state after every {@code calls} calls; the class must implement
   * {@link CheckpointedActor}. A restarted actor ({@link #maxRestarts}) continues from its latest
   * checkpoint. Checkpoints are files in {@code mobula.actors.checkpoint-directory} if that is set,
   * else objects in the store: of the actor's node, of the process that created the actor, and of
   * its successor if the actor is detached. These end with the cluster.
   *
   * <p>With 1, the effect of each call is saved before its result is sent. With
   * {@link #maxCallRetries} as well, each call changes the state exactly once, whichever processes
   * die: a retried call whose effect was saved returns the saved result. Above 1, a crash loses the
   * effects of calls that were answered after the latest checkpoint.
   *
   * <p>Cost: encoding the state and writing it to disk, on the actor's thread.
   *
   * @throws InvalidRequestException when {@code calls} is below 1, or {@link #maxConcurrency} is
   *     above 1
   */
  public ActorCall<A> checkpointEvery(int calls) {
    if (calls < 1) {
      throw new InvalidRequestException(
          "Wanted a checkpoint every " + calls + " calls: the least is 1.");
    }
    var checkpointPolicy = options.checkpointPolicy();
    return with(options.with(
        new CheckpointPolicy(calls, checkpointPolicy.interval(), checkpointPolicy.durable())));
  }

  /**
   * Saves the actor's state once a change has been unsaved for {@code interval}; may be combined
   * with {@link #checkpointEvery(int)}. A running method is not interrupted.
   *
   * @throws InvalidRequestException when {@code interval} is not above zero, or
   *     {@link #maxConcurrency} is above 1
   */
  public ActorCall<A> checkpointEvery(Duration interval) {
    if (!interval.isPositive()) {
      throw new InvalidRequestException(
          "Wanted a checkpoint every " + interval + ": a time must be above zero.");
    }
    var checkpointPolicy = options.checkpointPolicy();
    return with(options.with(
        new CheckpointPolicy(checkpointPolicy.everyCalls(), interval, checkpointPolicy.durable())));
  }

  /**
   * Makes the actor {@link #detached}, and recreates it under its {@link #name} when all nodes of
   * the cluster have ended and some start again with the same
   * {@code mobula.actors.checkpoint-directory}. The actor then continues from its latest
   * checkpoint, if it has one. Killing or draining the actor ends it for good.
   *
   * <p>Such an actor needs a name, and that directory on the node where it lives: without the
   * directory its calls fail with {@link io.mobula.error.ActorDiedException}. {@code remote} throws
   * {@link InvalidRequestException} when the actor has no name, is placed on a node or in a
   * placement group, or has refs or handles inside its constructor's arguments, as none of these
   * outlives the cluster.
   */
  public ActorCall<A> durable() {
    var checkpointPolicy = options.checkpointPolicy();
    var lifetime = options.lifetime();
    return with(options
        .with(new Lifetime(true, lifetime.maxRestarts(), lifetime.maxCallRetries()))
        .with(new CheckpointPolicy(
            checkpointPolicy.everyCalls(), checkpointPolicy.interval(), true)));
  }

  /**
   * Sets how many methods may run at the same time; 1 by default, so that the class needs no locks.
   * Checkpoints and a {@linkplain #dedicatedThread dedicated thread} allow only 1.
   *
   * @throws InvalidRequestException when {@code methods} is below 1, or not 1 beside one of these
   */
  public ActorCall<A> maxConcurrency(int methods) {
    var execution = options.execution();
    return with(options.with(new MethodExecution(
        methods, execution.maxPendingCalls(), execution.threads(), execution.borrowsArguments())));
  }

  /**
   * Sets how many calls may be unanswered, of each calling process and of all together; 100 000 by
   * default. Further calls throw {@link io.mobula.error.PendingCallsExceededException}.
   *
   * @throws InvalidRequestException when {@code calls} is below 1
   */
  public ActorCall<A> maxPendingCalls(int calls) {
    var execution = options.execution();
    return with(options.with(new MethodExecution(
        execution.maxConcurrency(), calls, execution.threads(), execution.borrowsArguments())));
  }

  /**
   * Runs the methods on one platform thread that only this actor uses. Costs the memory of a
   * thread's stack for as long as the actor lives.
   */
  public ActorCall<A> dedicatedThread() {
    return on(Threads.DEDICATED);
  }

  /**
   * Runs the methods on virtual threads. Suits thousands of actors that mostly wait, not actors
   * that compute.
   */
  public ActorCall<A> virtual() {
    return on(Threads.VIRTUAL);
  }

  /**
   * Limits the life of arguments in store memory (tensors, segments, buffers) to the call: until
   * the method returns or, if it returns a stage, until the stage completes. A later read throws
   * {@link IllegalStateException}. The memory is released then, without waiting for the garbage
   * collector, which helps actors that receive large arguments all the time. Heap values are still
   * copied, and refs remain valid.
   *
   * <p>With a {@linkplain #dedicatedThread() dedicated thread} only the actor's thread may read the
   * arguments, at almost no cost; otherwise any thread may, and each call costs some ten
   * microseconds.
   */
  public ActorCall<A> borrowArguments() {
    var execution = options.execution();
    return with(options.with(new MethodExecution(
        execution.maxConcurrency(), execution.maxPendingCalls(), execution.threads(), true)));
  }

  private ActorCall<A> on(Threads threads) {
    var execution = options.execution();
    return with(options.with(new MethodExecution(
        execution.maxConcurrency(),
        execution.maxPendingCalls(),
        threads,
        execution.borrowsArguments())));
  }

  /**
   * Creates the actor and returns its handle at once; calls made before the actor has started wait
   * for it.
   *
   * @throws io.mobula.error.ActorNameException when the name is taken
   * @throws io.mobula.error.UnschedulableException when a runtime without a cluster can never
   *     satisfy the request; in a cluster the actor's calls fail with it, after
   *     {@code mobula.placement.unschedulable-timeout}
   * @throws io.mobula.error.CodecException when an argument cannot be encoded
   */
  public ActorHandle<A> remote() {
    return RuntimeEngine.of(runtime).create(new ActorRequest(constructor, arguments, options));
  }
}
