package io.mobula.ps;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.ps.clock.Consistency;
import io.mobula.ps.compression.Compression;
import io.mobula.ps.error.GradientException;
import io.mobula.ps.error.TableException;
import io.mobula.ps.internal.kernel.NumberType;
import io.mobula.ps.internal.shard.DenseSpec;
import io.mobula.ps.internal.shard.GradientLimits;
import io.mobula.ps.internal.shard.RangePartition;
import io.mobula.ps.internal.shard.ShardActor;
import io.mobula.ps.internal.shard.ShardLayout;
import io.mobula.ps.optimizer.Aggregator;
import io.mobula.ps.optimizer.Optimizer;
import io.mobula.ps.optimizer.Optimizers;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Vector of parameters, split into ranges over the shards of a {@link ParameterServer}. Immutable;
 * it may be an argument of a task or an actor, and may be captured by a lambda. Safe for use by
 * many threads.
 */
public final class DenseTable {
  private final DenseSpec spec;
  private final ShardClient shardClient;
  private final transient @Nullable MobulaRuntime runtime; // null where the table was deserialized

  DenseTable(DenseSpec spec, ShardClient shardClient, MobulaRuntime runtime) {
    this.spec = spec;
    this.shardClient = shardClient;
    this.runtime = runtime;
  }

  DenseSpec spec() {
    return spec;
  }

  ShardClient shardClient() {
    return shardClient;
  }

  RangePartition partitionOf(ShardLayout layout) {
    return RangePartition.even(spec.size(), layout.size());
  }

  KeyRange whole() {
    return KeyRange.whole(spec.size());
  }

  /** Returns the name that the table was created with. */
  public String name() {
    return spec.name();
  }

  /** Returns the number of parameters. */
  public long size() {
    return spec.size();
  }

  /** Returns the number of shards in the newest layout known to this process. */
  public int shards() {
    return shardClient.layout().size();
  }

  /** Returns the range of parameters of a shard, in the newest layout known to this process. */
  public KeyRange range(int shard) {
    var rangePartition = partitionOf(shardClient.layout());
    return new KeyRange(
        rangePartition.start(shard), rangePartition.start(shard) + rangePartition.length(shard));
  }

  /**
   * Joins the table as a worker that has at most {@value DenseWorker#DEFAULT_MAX_IN_FLIGHT} pushes
   * in flight. The worker starts at the step of the slowest present worker.
   *
   * @param rank identifies the worker within the table; joining with the rank of another worker
   *     replaces that worker, as a restarted worker does
   */
  public DenseWorker join(int rank) {
    return join(rank, DenseWorker.DEFAULT_MAX_IN_FLIGHT);
  }

  /**
   * Joins the table as a worker with the given bound on pushes in flight.
   *
   * @param rank identifies the worker within the table; see {@link #join(int)}
   * @param maxInFlight how many pushes may be in flight before the next push blocks; 0 makes every
   *     push wait until it is applied
   */
  public DenseWorker join(int rank, int maxInFlight) {
    return DenseWorker.join(this, here(), rank, maxInFlight);
  }

  private MobulaRuntime here() {
    var known = runtime;
    return known != null ? known : Mobula.context().runtime();
  }

  /**
   * Waits for a snapshot of all parameters, without regard to the workers' steps.
   *
   * @throws io.mobula.ps.error.ServerClosedException when the server is no longer there
   */
  public PulledParameters pull() {
    return ParameterPull.asked(this, here(), null, whole()).await();
  }

  /** Returns a copy of all parameters. */
  public float[] toFloats() {
    try (var pulled = pull()) {
      return pulled.toFloats();
    }
  }

  /**
   * Returns the number of updates that every shard has applied.
   *
   * @throws io.mobula.ps.error.ServerClosedException when the server is no longer there
   */
  public long updates() {
    return shardClient
        .callAll(shard -> shard.call(ShardActor::updates, spec.id()).remote())
        .stream()
        .mapToLong(Long::longValue)
        .min()
        .orElseThrow();
  }

  /**
   * Returns the counters of each shard for this table, in the order of the shards. Asks all shards
   * and waits.
   */
  public List<ShardMetrics> metrics() {
    return shardClient.callAll(
        shard -> shard.call(ShardActor::metrics, spec.id()).remote());
  }

  /** Builder of a dense table. Immutable; each method returns a new builder. */
  public static final class Builder {
    private final ParameterServer server;
    private final DenseSpec spec;
    private final float @Nullable [] initial;
    private final @Nullable Path restored;

    private Builder(
        ParameterServer server,
        DenseSpec spec,
        float @Nullable [] initial,
        @Nullable Path restored) {
      this.server = server;
      this.spec = spec;
      this.initial = initial;
      this.restored = restored;
    }

    static Builder of(ParameterServer server, String name, long size) {
      return new Builder(
          server,
          new DenseSpec(
              0,
              name,
              NumberType.FLOAT,
              size,
              Optimizers.sgd(0.01),
              Consistency.asynchronous(),
              Compression.none(),
              GradientLimits.NONE,
              Aggregator.mean()),
          null,
          null);
    }

    private Builder with(DenseSpec changed) {
      return new Builder(server, changed, initial, restored);
    }

    /**
     * Sets the optimizer that applies gradients on the shards; {@code Optimizers.sgd(0.01)} by
     * default.
     */
    public Builder optimizer(Optimizer optimizer) {
      return with(spec.with(optimizer));
    }

    /** Sets how many steps workers may be apart; asynchronous by default. */
    public Builder consistency(Consistency consistency) {
      return with(spec.with(consistency));
    }

    /**
     * Sets the function that combines the gradients of all workers of a step; their mean by
     * default. For bulk synchronous tables.
     */
    public Builder aggregator(Aggregator aggregator) {
      return with(spec.with(aggregator));
    }

    /**
     * Sets the compression of gradients between workers and shards; none by default. For tables of
     * floats only.
     */
    public Builder compression(Compression compression) {
      return with(spec.with(compression));
    }

    /** Stores 64-bit instead of 32-bit numbers. */
    public Builder doubles() {
      return with(spec.with(NumberType.DOUBLE));
    }

    private Builder limits(GradientLimits limits) {
      return with(spec.with(limits));
    }

    /** Clips every number of an update to at most this magnitude. */
    public Builder clipByValue(double max) {
      return limits(new GradientLimits(max, spec.limits().norm(), spec.limits().repairs()));
    }

    /** Scales every pushed gradient to at most this Euclidean norm. */
    public Builder clipByNorm(double max) {
      return limits(new GradientLimits(spec.limits().value(), max, spec.limits().repairs()));
    }

    /**
     * Accepts gradients with infinite numbers and NaN: an infinite number counts as the largest
     * finite one, NaN as 0. By default such gradients are refused.
     */
    public Builder repairNotFinite() {
      return limits(new GradientLimits(spec.limits().value(), spec.limits().norm(), true));
    }

    /** Sets the initial weights, one for each parameter; zeros by default. */
    public Builder initial(float[] weights) {
      return new Builder(server, spec, Objects.requireNonNull(weights, "weights"), restored);
    }

    /**
     * Starts from the newest checkpoint of a table of this name, with its weights and its optimizer
     * state. The checkpoint may have been written by any number of shards.
     *
     * @param directory the directory that {@link ParameterServer.Builder#checkpoints} was given,
     *     visible to all nodes
     */
    public Builder restore(Path directory) {
      return new Builder(server, spec, initial, Objects.requireNonNull(directory, "directory"));
    }

    /**
     * Creates the table on all shards and waits until it is there.
     *
     * @throws TableException when the name is taken, or there are more shards than parameters
     * @throws GradientException when the initial weights have another length, or are not finite
     * @throws io.mobula.ps.error.CheckpointException when there is no checkpoint to start from, or
     *     it was altered, or it is of a table of another shape
     */
    public DenseTable create() {
      if (spec.numberType() == NumberType.DOUBLE
          && !spec.compression().equals(Compression.none())) {
        throw new TableException(
            "Wanted doubles, compressed by " + spec.compression() + ": compression is for floats.",
            null);
      }
      if (!spec.hasMean() && !spec.consistency().isBulk()) {
        throw new TableException(
            "Wanted gradients aggregated by " + spec.aggregatorText() + " in a table that is "
                + spec.consistency() + ": use Consistency.bulkSynchronous(), too.",
            null);
      }
      if (initial != null && initial.length != spec.size()) {
        throw GradientException.ofLength(spec.size(), initial.length);
      }
      if (initial != null && restored != null) {
        throw new TableException(
            "Wanted table \"" + spec.name()
                + "\" to begin with given weights and with a checkpoint: leave out one.",
            null);
      }
      return server.create(spec, initial, restored);
    }
  }
}
