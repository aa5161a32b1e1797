package io.mobula.jmh.faults;

import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;
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
 * What one thread of the workload works with: the driver, the history, and numbers of its own. For
 * that thread.
 */
final class WorkloadSession {
  /** Within which everything has to end: a pause, its removal, and what is made again after it. */
  static final Duration LIMIT = Duration.ofSeconds(150);

  private final String name;
  private final MobulaRuntime runtime;
  private final History history;
  private final Random random;
  private final Set<String> errors;
  private long number;

  /**
   * Those of one thread.
   *
   * @param errors the simple names of exceptions that any operation may end with here
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

  /** A name that nobody else has. */
  String unique(String of) {
    return name + "-" + of + "-" + ++number;
  }

  Operation operation(String kind) {
    return Operation.of(unique(kind), kind).mayFailWith(errors);
  }

  /** A value that is put; null where that is refused, as it may be. */
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

  /** An operation that is under way. */
  record PendingOperation<T>(Operation operation, ObjectRef<T> ref) {}

  /** Begins an operation; one that is refused has ended, and gives null. */
  <T> @Nullable PendingOperation<T> begin(Operation operation, Supplier<ObjectRef<T>> call) {
    history.invoked(operation);
    try {
      return new PendingOperation<>(operation, call.get());
    } catch (RuntimeException refused) {
      history.failed(operation, refused);
      return null;
    }
  }

  /** Waits for its end, records it, and gives the ref back. */
  <T> @Nullable T end(@Nullable PendingOperation<T> pending) {
    if (pending == null) {
      return null;
    }
    try (var ref = pending.ref()) {
      return history.await(pending.operation(), ref, LIMIT);
    }
  }

  /** As {@link #end}, for a value that is too large to be recorded: its sum is. */
  void endLarge(@Nullable PendingOperation<io.mobula.Tensor> pending) {
    if (pending == null) {
      return;
    }
    try (var ref = pending.ref();
        var value = ref.get(LIMIT)) {
      history.succeeded(pending.operation(), WorkloadTasks.sum(value));
    } catch (io.mobula.error.GetTimeoutException noEnd) {
      return; // its history has no end
    } catch (RuntimeException how) {
      history.failed(pending.operation(), how);
    }
  }

  /** Begins an operation and waits for its end. */
  <T> @Nullable T run(Operation operation, Supplier<ObjectRef<T>> call) {
    return end(begin(operation, call));
  }

  /** An operation that waits by itself, in the calling thread. */
  void call(Operation operation, Supplier<?> body) {
    history.invoked(operation);
    try {
      history.succeeded(operation, body.get());
    } catch (RuntimeException how) {
      history.failed(operation, how);
    }
  }
}
