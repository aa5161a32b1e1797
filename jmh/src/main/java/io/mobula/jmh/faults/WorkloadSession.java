package io.mobula.jmh.faults;

import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;
import io.mobula.error.StoreFullException;
import io.mobula.testkit.fault.EffectLog;
import io.mobula.testkit.fault.History;
import io.mobula.testkit.fault.Operation;
import java.time.Duration;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Context of one workload thread: the driver, the history, and random numbers of its own. For that
 * thread.
 */
final class WorkloadSession {
  /**
   * Time within which every operation has to end: it covers a pause, the removal of the paused
   * node, and the work that runs again after that.
   */
  static final Duration LIMIT = Duration.ofSeconds(150);

  private final String name;
  private final MobulaRuntime runtime;
  private final History history;
  private final Random random;
  private final Set<String> errors;
  private long number;

  /**
   * Creates the context of one thread.
   *
   * @param errors simple names of exceptions that any operation may end with
   */
  WorkloadSession(
      String name, MobulaRuntime runtime, History history, long seed, Set<String> errors) {
    this.errors = Set.copyOf(errors);
    this.name = name;
    this.runtime = runtime;
    this.history = history;
    this.random = new Random(new SplittableRandom(seed).nextLong());
  }

  MobulaRuntime runtime() {
    return runtime;
  }

  EffectLog effects() {
    return history.effects();
  }

  History history() {
    return history;
  }

  Random random() {
    return random;
  }

  /** Returns a name that is unique in the run. */
  String unique(String of) {
    return name + "-" + of + "-" + ++number;
  }

  Operation operation(String kind) {
    return Operation.of(unique(kind), kind).allowing(errors);
  }

  /** Returns whether an operation may end because the stores and the spill disk are full. */
  boolean mayLackMemory() {
    return errors.contains(StoreFullException.class.getSimpleName());
  }

  /** Puts a value; returns null if the put is refused, which is allowed. */
  <T> @Nullable ObjectRef<T> put(T value) {
    var operation = operation("put").expecting("put");
    history.invoked(operation);
    try {
      var ref = runtime.put(value);
      history.succeeded(operation, "put");
      return ref;
    } catch (RuntimeException how) {
      history.failed(operation, how);
      return null;
    }
  }

  /** Operation that has no outcome yet. */
  record PendingOperation<T>(Operation operation, ObjectRef<T> ref) {}

  /** Begins an operation; returns null if it is refused, which is its outcome. */
  <T> @Nullable PendingOperation<T> begin(Operation operation, Supplier<ObjectRef<T>> call) {
    history.invoked(operation);
    try {
      return new PendingOperation<>(operation, call.get());
    } catch (RuntimeException refused) {
      history.failed(operation, refused);
      return null;
    }
  }

  /** Waits for the outcome of an operation, records it, and closes the ref. */
  <T> @Nullable T end(@Nullable PendingOperation<T> pending) {
    if (pending == null) {
      return null;
    }
    try (var ref = pending.ref()) {
      return history.await(pending.operation(), ref, LIMIT);
    }
  }

  /** Waits for a value that is too large to be recorded, and records its sum. */
  void endLarge(@Nullable PendingOperation<io.mobula.tensor.Tensor> pending) {
    if (pending == null) {
      return;
    }
    try (var ref = pending.ref();
        var value = ref.get(LIMIT)) {
      history.succeeded(pending.operation(), WorkloadTasks.sum(value));
    } catch (io.mobula.error.GetTimeoutException noEnd) {
      return; // the operation has no outcome in the history
    } catch (RuntimeException how) {
      history.failed(pending.operation(), how);
    }
  }

  /** Begins an operation and waits for its outcome. */
  <T> @Nullable T run(Operation operation, Supplier<ObjectRef<T>> call) {
    return end(begin(operation, call));
  }

  /** Runs an operation that blocks the calling thread. */
  void call(Operation operation, Supplier<?> body) {
    history.invoked(operation);
    try {
      history.succeeded(operation, body.get());
    } catch (RuntimeException how) {
      history.failed(operation, how);
    }
  }
}
