package io.mobula.ps;

import io.mobula.ActorHandle;
import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;
import io.mobula.error.ActorDiedException;
import io.mobula.error.RuntimeClosedException;
import io.mobula.error.TaskFailedException;
import io.mobula.ps.error.ParameterServerException;
import io.mobula.ps.error.ServerClosedException;
import io.mobula.ps.internal.shard.ParametersMovedException;
import io.mobula.ps.internal.shard.ShardActor;
import io.mobula.ps.internal.shard.UnknownWorkerException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Calls to the actors of a server, with failures translated into the server's own exceptions. */
final class ShardCalls {
  /**
   * Time that a caller waits for a reply before it asks the shard to evict unresponsive workers.
   */
  private static final Duration EVICTION_CHECK_INTERVAL = Duration.ofMillis(500);

  private ShardCalls() {}

  /** Calls all shards at once and waits for all replies, in order. */
  static <T extends @Nullable Object> List<T> callAll(
      List<ActorHandle<ShardActor>> shards, Function<ActorHandle<ShardActor>, ObjectRef<T>> call) {
    return translateFailures(() -> {
      var asked = shards.stream().map(call).toList();
      var answers = new ArrayList<T>(asked.size());
      for (var ref : asked) {
        answers.add(getAndClose(ref));
      }
      return answers;
    });
  }

  /**
   * Calls all shards at once and waits until all calls have ended, so that none is in flight; then
   * throws the first failure, if any.
   */
  static <T extends @Nullable Object> List<T> callAllToEnd(
      List<ActorHandle<ShardActor>> shards, Function<ActorHandle<ShardActor>, ObjectRef<T>> call) {
    return translateFailures(() -> {
      var asked = shards.stream().map(call).toList();
      var answers = new ArrayList<T>(asked.size());
      RuntimeException first = null;
      for (var ref : asked) {
        try {
          answers.add(getAndClose(ref));
        } catch (RuntimeException e) {
          first = first == null ? e : first;
        }
      }
      if (first != null) {
        throw first;
      }
      return answers;
    });
  }

  /** Gets the value of a ref and closes the ref. */
  static <T extends @Nullable Object> T getAndClose(ObjectRef<T> ref) {
    try (ref) {
      return ref.get();
    }
  }

  /**
   * Waits until the ref is ready; meanwhile runs {@code whileWaiting} every
   * {@link #EVICTION_CHECK_INTERVAL}.
   */
  static void await(MobulaRuntime runtime, ObjectRef<?> ref, Runnable whileWaiting) {
    while (!ref.isReady()
        && runtime.wait(List.of(ref), 1, EVICTION_CHECK_INTERVAL).ready().isEmpty()) {
      whileWaiting.run();
    }
  }

  /** Runs the work; translates its exceptions into the server's own where there is one. */
  static <T extends @Nullable Object> T translateFailures(Supplier<T> work) {
    try {
      return work.get();
    } catch (ActorDiedException | RuntimeClosedException | TaskFailedException failure) {
      throw toServerFailure(failure);
    }
  }

  /** Translates the failure of a call into the server's own exception where there is one. */
  static RuntimeException toServerFailure(Throwable failure) {
    return switch (failure) {
      case ActorDiedException gone -> closed(gone);
      case RuntimeClosedException gone -> closed(gone);
      case TaskFailedException failed ->
        switch (failed.getCause()) {
          case TaskFailedException further ->
            toServerFailure(further); // a shard that called another shard
          case ParameterServerException refused -> refused;
          case ParametersMovedException moved -> moved;
          case UnknownWorkerException forgotten -> forgotten;
          case null, default -> failed;
        };
      case RuntimeException other -> other;
      default -> new IllegalStateException("A call of a shard failed", failure);
    };
  }

  private static ServerClosedException closed(Throwable gone) {
    return new ServerClosedException(
        "The parameter server is no longer there: it was closed, its runtime was, or a shard died"
            + " and could not come back. Keep it open until all workers are done; use replicas(1)"
            + " or checkpoints for shards that may die.",
        gone);
  }
}
