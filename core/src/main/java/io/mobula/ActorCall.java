package io.mobula;

import io.mobula.ActorOptions.CheckpointPolicy;
import io.mobula.ActorOptions.Lifetime;
import io.mobula.ActorOptions.MethodExecution;
import io.mobula.ActorOptions.NameOptions;
import io.mobula.ActorOptions.Threads;
import io.mobula.error.InvalidRequestException;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A constructor with its arguments, ready to become an actor: {@code Mobula.actor(Counter::new,
 * 0).name("hits").remote()}. Immutable; each verb returns a new one.
 *
 * @param <A> the user's class
 */
public final class ActorCall<A> {
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

  private Resources requestedResources() {
    var resources = options.resources();
    return resources == null ? Resources.none() : resources;
  }

  /** Holds that many processor cores for life. */
  public ActorCall<A> cpus(double amount) {
    return with(options.with(requestedResources().cpus(amount)));
  }

  /** Holds that many accelerators for life: a fraction of one up to 1, or a whole number. */
  public ActorCall<A> gpus(double amount) {
    return with(options.with(requestedResources().gpus(amount)));
  }

  /**
   * Holds as large a share of one accelerator for life as has that much memory, such as
   * {@code "20GiB"}; in place of {@link #gpus}.
   */
  public ActorCall<A> gpuMemory(String size) {
    return with(options.with(requestedResources().gpuMemory(size)));
  }

  /** Lives on accelerators of a kind, such as {@code "H200"}; see {@link Resources#accelerator}. */
  public ActorCall<A> accelerator(String kind) {
    return with(options.with(requestedResources().accelerator(kind)));
  }

  /** Holds that much memory for life, in bytes. A promise for placement; nothing is enforced. */
  public ActorCall<A> memory(long bytes) {
    return with(options.with(requestedResources().memory(bytes)));
  }

  /** Holds that much of a resource of your own for life. */
  public ActorCall<A> resource(String resource, double amount) {
    return with(options.with(requestedResources().resource(resource, amount)));
  }

  /** Where the actor should live; {@link Placement#anywhere()} by default. */
  public ActorCall<A> placement(Placement placement) {
    return with(options.with(placement));
  }

  /** Gives the actor a name that no other living one has; {@code remote} fails if it is taken. */
  public ActorCall<A> name(String name) {
    return with(options.with(new NameOptions(
        Objects.requireNonNull(name, "name"), options.nameOptions().getIfExists())));
  }

  /** With a {@linkplain #name name} that is taken: gives the actor that has it, and makes none. */
  public ActorCall<A> getIfExists() {
    return with(options.with(new NameOptions(options.nameOptions().name(), true)));
  }

  /**
   * Lives until it is killed, even when nobody holds a handle any more, and when the process that
   * made it is gone. With {@link #maxRestarts} it is made again in that case, too.
   */
  public ActorCall<A> detached() {
    var lifetime = options.lifetime();
    return with(
        options.with(new Lifetime(true, lifetime.maxRestarts(), lifetime.maxCallRetries())));
  }

  /**
   * How often the actor is made anew after a failure, 0 by default. A failure is an {@link Error}
   * from a method or the crash of its node; an exception from a method only fails that call.
   */
  public ActorCall<A> maxRestarts(int times) {
    var lifetime = options.lifetime();
    return with(options.with(new Lifetime(lifetime.detached(), times, lifetime.maxCallRetries())));
  }

  /**
   * How often a call that was under way when the actor failed is made again after its restart; 0 by
   * default.
   */
  public ActorCall<A> maxCallRetries(int times) {
    var lifetime = options.lifetime();
    return with(options.with(new Lifetime(lifetime.detached(), lifetime.maxRestarts(), times)));
  }

  /**
   * Saves the actor's state after every so many calls; its class is a {@link CheckpointedActor}. An
   * actor that is made again ({@link #maxRestarts}) goes on from its latest checkpoint: in
   * {@code mobula.actors.checkpoint-directory} if that is set, else in the store of its owner's
   * node.
   *
   * <p>With 1, each call's effect is saved before its answer leaves. With {@link #maxCallRetries}
   * as well, each call then has its effect on the state exactly once, whatever dies meanwhile: a
   * call that is made again and whose effect is saved is given the saved result. Above 1, effects
   * of answered calls after the latest checkpoint are lost with the process.
   *
   * <p>Cost: as much as encoding the state and writing it to disk takes, on the actor's thread.
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
   * Saves the actor's state when a change has been unsaved for that long; besides, or instead of,
   * {@link #checkpointEvery(int)}. A method that runs then is not interrupted.
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
   * Is {@link #detached}, and made again under its {@link #name} when all nodes of its cluster have
   * ended and some start again with the same {@code mobula.actors.checkpoint-directory}, from its
   * latest checkpoint if it makes any. Ends for good when it is killed or drained.
   */
  public ActorCall<A> durable() {
    var checkpointPolicy = options.checkpointPolicy();
    var lifetime = options.lifetime();
    return with(options
        .with(new Lifetime(true, lifetime.maxRestarts(), lifetime.maxCallRetries()))
        .with(new CheckpointPolicy(
            checkpointPolicy.everyCalls(), checkpointPolicy.interval(), true)));
  }

  /** How many methods may run at the same time; 1 by default, and then the class needs no locks. */
  public ActorCall<A> maxConcurrency(int methods) {
    var execution = options.execution();
    return with(options.with(new MethodExecution(
        methods, execution.maxPendingCalls(), execution.threads(), execution.borrowsArguments())));
  }

  /** How many calls may be unanswered before further ones throw; 100 000 by default. */
  public ActorCall<A> maxPendingCalls(int calls) {
    var execution = options.execution();
    return with(options.with(new MethodExecution(
        execution.maxConcurrency(), calls, execution.threads(), execution.borrowsArguments())));
  }

  /** Runs the methods on a platform thread of its own. */
  public ActorCall<A> dedicatedThread() {
    return on(Threads.DEDICATED);
  }

  /**
   * Runs the methods on virtual threads: for thousands of actors that mostly wait, not for ones
   * that compute.
   */
  public ActorCall<A> virtual() {
    return on(Threads.VIRTUAL);
  }

  /**
   * Tensors, segments and buffers in store memory that are arguments of a method can be read until
   * the call is answered: until the method returns or, if it returns a stage, that completes.
   * Reading one later throws {@link IllegalStateException}. Their memory is free for others then,
   * and not when the collector finds them unreachable: for actors that are given large ones all the
   * time. Heap values are copies as ever, and refs as good as ever.
   *
   * <p>With a {@linkplain #dedicatedThread() thread of its own} the actor alone may read them, at
   * next to no cost; else any thread may, and each call costs some ten microseconds.
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
   * Makes the actor and returns its handle at once; calls made before it is there wait for it.
   *
   * @throws io.mobula.error.ActorNameException when the name is taken
   * @throws io.mobula.error.UnschedulableException when no node can ever satisfy it
   * @throws io.mobula.error.CodecException when an argument cannot be encoded
   */
  public ActorHandle<A> remote() {
    var at = runtime != null ? runtime : Mobula.runtime();
    return at.create(new ActorRequest(constructor, arguments, options));
  }
}
