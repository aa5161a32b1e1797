package io.mobula.ps;

import io.mobula.ActorHandle;
import io.mobula.ObjectRef;
import io.mobula.error.ActorDiedException;
import io.mobula.error.RuntimeClosedException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A vector of float parameters, split over the shards of a {@link ParameterServer}. Immutable; may
 * be the argument of a task or an actor, and captured. Safe for use by many threads.
 */
public final class DenseTable {
  private final Partition partition;
  private final List<ActorHandle<Shard>> shards;

  DenseTable(Partition partition, List<ActorHandle<Shard>> shards) {
    this.partition = partition;
    this.shards = List.copyOf(shards);
  }

  /** How many parameters there are. */
  public int size() {
    return partition.size();
  }

  /** How many shards they are split over. */
  public int shards() {
    return partition.shards();
  }

  /**
   * Begins the work of one worker, with up to {@value Worker#DEFAULT_MAX_IN_FLIGHT} pushes under
   * way.
   */
  public Worker join() {
    return join(Worker.DEFAULT_MAX_IN_FLIGHT);
  }

  /**
   * Begins the work of one worker.
   *
   * @param maxInFlight how many pushes may be under way before the next one waits; 0 makes every
   *     push wait for itself
   */
  public Worker join(int maxInFlight) {
    return new Worker(this, maxInFlight);
  }

  /**
   * Waits for a copy of all parameters. Each shard's range is of one moment; different shards' are
   * not, while others push.
   *
   * @throws ServerClosedException when the server is no longer there
   */
  public float[] pull() {
    return reached(() -> {
      var ranges =
          shards.stream().map(shard -> shard.call(Shard::weights).remote()).toList();
      return partition.joined(ranges.stream().map(DenseTable::taken).toList());
    });
  }

  /**
   * How many pushes every shard has applied.
   *
   * @throws ServerClosedException when the server is no longer there
   */
  public long updates() {
    return reached(() -> {
      var counts =
          shards.stream().map(shard -> shard.call(Shard::updates).remote()).toList();
      return counts.stream().mapToLong(DenseTable::taken).min().orElseThrow();
    });
  }

  /** Where each shard lives, in order. */
  List<Place> places() {
    return reached(() -> {
      var places =
          shards.stream().map(shard -> shard.call(Shard::place).remote()).toList();
      return places.stream().map(DenseTable::taken).toList();
    });
  }

  /** Sends each shard its range of a gradient; returns what completes when they have applied it. */
  List<ObjectRef<@Nullable Void>> send(float[] gradient) {
    GradientException.requireLength(size(), gradient);
    GradientException.requireFinite("the gradient", gradient);
    return reached(() -> {
      var sent = new ArrayList<ObjectRef<@Nullable Void>>(shards());
      for (int i = 0; i < shards(); i++) {
        sent.add(shards.get(i).tell(Shard::push, partition.slice(gradient, i)).remote());
      }
      return sent;
    });
  }

  /** Waits until all are done; throws what went wrong with the first that failed. */
  static void settle(List<ObjectRef<@Nullable Void>> sent) {
    reached(() -> {
      sent.forEach(DenseTable::taken);
      return sent;
    });
  }

  private static <T extends @Nullable Object> T taken(ObjectRef<T> ref) {
    try (ref) {
      return ref.get();
    }
  }

  private static <T> T reached(Supplier<T> work) {
    try {
      return work.get();
    } catch (ActorDiedException | RuntimeClosedException gone) {
      throw new ServerClosedException(
          "The parameter server is no longer there: it was closed, its runtime was, or a shard died. "
              + "Keep it open until all workers are done.",
          gone);
    }
  }
}
