package io.mobula.ps;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.ps.clock.Consistency;
import io.mobula.ps.error.TableException;
import io.mobula.ps.internal.kernel.NumberType;
import io.mobula.ps.internal.row.RowInitializer;
import io.mobula.ps.internal.shard.ShardActor;
import io.mobula.ps.internal.shard.SparseSpec;
import io.mobula.ps.optimizer.Optimizer;
import io.mobula.ps.optimizer.Optimizers;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Table of rows by 64-bit key, distributed over the shards of a {@link ParameterServer}. A row
 * exists from the first push of its key on. Immutable; it may be an argument of a task or an actor,
 * and may be captured by a lambda. Safe for use by many threads.
 */
public final class SparseTable {
  private final SparseSpec spec;
  private final ShardClient shardClient;
  private final transient @Nullable MobulaRuntime runtime; // null where the table was deserialized

  SparseTable(SparseSpec spec, ShardClient shardClient, MobulaRuntime runtime) {
    this.spec = spec;
    this.shardClient = shardClient;
    this.runtime = runtime;
  }

  void require(NumberType wanted, String instead) {
    if (spec.numberType() != wanted) {
      throw new TableException(
          "Wanted " + wanted.pluralName() + " of " + spec + ": use " + instead + ".", null);
    }
  }

  SparseSpec spec() {
    return spec;
  }

  ShardClient shardClient() {
    return shardClient;
  }

  /** Returns the name that the table was created with. */
  public String name() {
    return spec.name();
  }

  /** Returns how many numbers a row has. */
  public int width() {
    return spec.width();
  }

  /** Returns the number of shards in the newest layout known to this process. */
  public int shards() {
    return shardClient.layout().size();
  }

  /** Returns the number of rows. Asks all shards and waits. */
  public long rows() {
    return shardClient.callAll(shard -> shard.call(ShardActor::rows, spec.id()).remote()).stream()
        .mapToLong(Long::longValue)
        .sum();
  }

  /**
   * Joins the table as a worker that has at most {@value DenseWorker#DEFAULT_MAX_IN_FLIGHT} pushes
   * in flight. Ranks and steps work as in {@link DenseTable#join(int)}.
   */
  public SparseWorker join(int rank) {
    return join(rank, DenseWorker.DEFAULT_MAX_IN_FLIGHT);
  }

  /**
   * Joins the table as a worker with the given bound on pushes in flight; see
   * {@link DenseTable#join(int, int)}.
   */
  public SparseWorker join(int rank, int maxInFlight) {
    return join(rank, maxInFlight, PushBatchLimits.none());
  }

  /**
   * Joins the table as a worker that batches small pushes. Gradients of a key that occurs several
   * times in a batch are summed and applied once. Until a batch is sent, no worker sees its
   * gradients, not even this one.
   *
   * @param maxInFlight how many batches may be in flight before the next one blocks
   */
  public SparseWorker join(int rank, int maxInFlight, PushBatchLimits batchLimits) {
    var known = runtime;
    var here = known != null ? known : Mobula.context().runtime();
    return SparseWorker.join(this, here, rank, maxInFlight, batchLimits);
  }

  /**
   * Returns the counters of each shard for this table, in the order of the shards. Asks all shards
   * and waits.
   */
  public List<ShardMetrics> metrics() {
    return shardClient.callAll(
        shard -> shard.call(ShardActor::metrics, spec.id()).remote());
  }

  /**
   * Returns the most frequently pushed keys, the most frequent first. Asks all shards and waits.
   *
   * @param max maximum number of keys
   */
  public List<HotKey> hotKeys(int max) {
    var rows = shardClient.callAll(
        shard -> shard.call(ShardActor::hotRows, spec.id(), max).remote());
    double all = Math.max(1, metrics().stream().mapToLong(ShardMetrics::keys).sum());
    return IntStream.range(0, rows.size())
        .boxed()
        .flatMap(shard ->
            rows.get(shard).stream().map(row -> new HotKey(row.key(), shard, row.count() / all)))
        .sorted(Comparator.comparingDouble(HotKey::share).reversed())
        .limit(max)
        .toList();
  }

  /**
   * Returns the imbalance of the load: the most row gradients sent to any shard, divided by the
   * mean over all shards; 1 at best. Asks all shards and waits.
   */
  public double skew() {
    var keys = metrics().stream().mapToLong(ShardMetrics::keys).toArray();
    long sum = 0;
    long max = 0;
    for (long of : keys) {
      sum += of;
      max = Math.max(max, of);
    }
    return sum == 0 ? 1 : (double) max * keys.length / sum;
  }

  /** Builder of a sparse table. Immutable; each method returns a new builder. */
  public static final class Builder {
    private final ParameterServer server;
    private final SparseSpec spec;
    private final @Nullable Path restored;

    private Builder(ParameterServer server, SparseSpec spec, @Nullable Path restored) {
      this.server = server;
      this.spec = spec;
      this.restored = restored;
    }

    static Builder of(ParameterServer server, String name, int width) {
      return new Builder(
          server,
          new SparseSpec(
              0,
              name,
              NumberType.FLOAT,
              width,
              Optimizers.sgd(0.01),
              Consistency.asynchronous(),
              RowInitializer.ZERO,
              Partitioner.hash(),
              0),
          null);
    }

    /** Stores 64-bit instead of 32-bit numbers; see {@link SparseWorker#pullDoubles}. */
    public Builder doubles() {
      return new Builder(server, spec.with(NumberType.DOUBLE), restored);
    }

    /**
     * Sets the optimizer that applies gradients on the shards; {@code Optimizers.sgd(0.01)} by
     * default.
     */
    public Builder optimizer(Optimizer optimizer) {
      return new Builder(server, spec.with(optimizer), restored);
    }

    /** Sets how many steps workers may be apart; asynchronous by default. */
    public Builder consistency(Consistency consistency) {
      return new Builder(server, spec.with(consistency), restored);
    }

    /**
     * Initializes rows with random numbers, uniform from {@code -range} to {@code range}; zeros by
     * default.
     */
    public Builder initial(double range, long seed) {
      return new Builder(server, spec.with(new RowInitializer(range, seed)), restored);
    }

    /** Sets the function from keys to shards; a hash by default. */
    public Builder partitioner(Partitioner chosen) {
      return new Builder(server, spec.with(chosen), restored);
    }

    /**
     * Lets workers cache the keys that each of them pushes most. A worker sums its gradients of
     * such a key and sends them once a step, or after 64 pushes; it pulls the row once a step. The
     * worker itself sees its pushes of the key from its next step on. Workers also sum the
     * gradients of any key that occurs twice in a push. Off by default.
     *
     * @param max how many keys; 0 for none
     */
    public Builder hotKeys(int max) {
      if (max < 0) {
        throw new TableException("Wanted " + max + " hot keys: use 0 for none.", null);
      }
      return new Builder(server, spec.with(max), restored);
    }

    /**
     * Starts from the newest checkpoint of a table of this name; see
     * {@link DenseTable.Builder#restore}.
     */
    public Builder restore(Path directory) {
      return new Builder(server, spec, Objects.requireNonNull(directory, "directory"));
    }

    /**
     * Creates the table on all shards and waits until it is there.
     *
     * @throws io.mobula.ps.error.TableException when the name is taken
     * @throws io.mobula.ps.error.CheckpointException when there is no checkpoint to start from, or
     *     it was altered, or it is of a table of another shape
     */
    public SparseTable create() {
      return server.create(spec, restored);
    }
  }
}
