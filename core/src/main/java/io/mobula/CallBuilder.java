package io.mobula;

import io.mobula.placement.Placement;
import io.mobula.placement.Resources;
import io.mobula.spi.WorkOptions;

/**
 * Builder with the options that tasks and actors share. A task holds its resources while it runs,
 * an actor for its whole life. Each method returns a new immutable call; nothing happens before
 * {@code remote}.
 *
 * @param <S> the kind of call that each method returns
 */
public abstract sealed class CallBuilder<S> permits TaskBuilder, ActorCall {
  CallBuilder() {}

  abstract WorkOptions work();

  abstract S with(WorkOptions changed);

  private S with(Resources resources) {
    return with(work().with(resources));
  }

  private Resources resources() {
    var requested = work().resources();
    return requested == null ? Resources.none() : requested;
  }

  /**
   * Requests CPUs: zero, or a number from 0.0001 on. The default is 1 for a task.
   *
   * @throws io.mobula.error.InvalidRequestException when the amount is negative or above a billion
   */
  public final S cpus(double amount) {
    return with(resources().cpus(amount));
  }

  /**
   * Requests accelerators: a fraction up to 1, or a whole number; none by default.
   *
   * @throws io.mobula.error.InvalidRequestException when the amount is another
   */
  public final S gpus(double amount) {
    return with(resources().gpus(amount));
  }

  /**
   * Requests a share of one accelerator by its memory, such as {@code "20GiB"}.
   *
   * @throws io.mobula.error.InvalidRequestException also when {@link #gpus} are requested already
   */
  public final S gpuMemory(String size) {
    return with(resources().gpuMemory(size));
  }

  /**
   * Restricts the work to accelerators of a model, such as {@code "H200"}; see
   * {@link Resources#accelerator}.
   */
  public final S accelerator(String kind) {
    return with(resources().accelerator(kind));
  }

  /**
   * Requests memory in bytes, none by default. Only placement counts it; no limit is enforced.
   *
   * @throws io.mobula.error.InvalidRequestException when the amount is negative
   */
  public final S memory(long bytes) {
    return with(resources().memory(bytes));
  }

  /**
   * Requests an amount of a custom resource, from 0.0001 on.
   *
   * @throws io.mobula.error.InvalidRequestException when the amount is negative or above a billion
   */
  public final S resource(String name, double amount) {
    return with(resources().resource(name, amount));
  }

  /** Sets where the work runs; {@link Placement#anywhere()} by default. */
  public final S placement(Placement placement) {
    return with(work().with(placement));
  }

  /**
   * Sets the name of the task or actor. A task's name is for logs, errors and lists, and is its
   * function's own name by default. An actor's name is unique among living actors; {@code remote}
   * fails if it is taken, unless {@link ActorCall#getIfExists} allows that.
   *
   * @throws io.mobula.error.InvalidRequestException when the name has more than 1 000 characters
   */
  public final S name(String name) {
    return with(work().named(name));
  }
}
