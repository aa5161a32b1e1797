package io.mobula.ps;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.ps.clock.Consistency;
import io.mobula.ps.compression.Compression;
import io.mobula.ps.error.GradientException;
import io.mobula.ps.error.TableException;
import io.mobula.ps.kernel.NumberType;
import io.mobula.ps.optimizer.Aggregator;
import io.mobula.ps.optimizer.Optimizer;
import io.mobula.ps.optimizer.Optimizers;
import io.mobula.ps.shard.DenseSpec;
import io.mobula.ps.shard.GradientLimits;
import io.mobula.ps.shard.RangePartition;
import io.mobula.ps.shard.ShardActor;
import io.mobula.ps.shard.ShardLayout;
import io.mobula.ps.shard.ShardMetrics;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A vector of parameters, split into ranges over the shards of a {@link ParameterServer}.
 * Immutable; may be the argument of a task or an actor, and captured. Safe for use by many threads.
 */
public final class DenseTable {
  private final DenseSpec spec;
  private final ShardClient shardClient;
  private final transient @Nullable MobulaRuntime runtime; // of who made it; others have a context

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

  /** What people call it. */
  public String name() {
    return spec.name();
  }

  /** How many parameters there are. */
  public long size() {
    return spec.size();
  }

  /** How many shards they are split over, as far as is known here. */
  public int shards() {
    return shardClient.layout().size();
  }

  /** The parameters that a shard has, as far as is known here. */
  public KeyRange range(int shard) {
    var rangePartition = partitionOf(shardClient.layout());
    return new KeyRange(
        rangePartition.start(shard), rangePartition.start(shard) + rangePartition.length(shard));
  }

  /**
   * Begins the work of one worker, with up to {@value DenseWorker#DEFAULT_MAX_IN_FLIGHT} pushes
   * under way. It begins at the step where the slowest of the others is.
   *
   * @param rank tells it from the others; a worker that joins with the rank of another takes its
   *     place, as one that was started anew does
   */
  public DenseWorker join(int rank) {
    return join(rank, DenseWorker.DEFAULT_MAX_IN_FLIGHT);
  }

  /**
   * As {@link #join(int)}.
   *
   * @param maxInFlight how many pushes may be under way before the next one waits; 0 makes every
   *     push wait for itself
   */
  public DenseWorker join(int rank, int maxInFlight) {
    return DenseWorker.join(this, here(), rank, maxInFlight);
  }

  private MobulaRuntime here() {
    var known = runtime;
    return known != null ? known : Mobula.context().runtime();
  }

  /**
   * Waits for all parameters as they are, whatever workers are doing.
   *
   * @throws io.mobula.ps.error.ServerClosedException when the server is no longer there
   */
  public PulledParameters pull() {
    return ParameterPull.asked(this, here(), null, whole()).await();
  }

  /** A copy of all parameters as they are. */
  public float[] toFloats() {
    try (var pulled = pull()) {
      return pulled.toFloats();
    }
  }

  /**
   * How many updates every shard has applied.
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

  /** What each shard has done for this table so far, in order. Asks them all and waits. */
  public List<ShardMetrics> metrics() {
    return shardClient.callAll(
        shard -> shard.call(ShardActor::metrics, spec.id()).remote());
  }

  /** The choices before a table is made. Immutable; each verb returns a new one. */
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

    /** What applies gradients, on the shards; {@code Optimizers.sgd(0.01)} by default. */
    public Builder optimizer(Optimizer optimizer) {
      return with(spec.with(optimizer));
    }

    /** How far apart workers may be; asynchronous by default. */
    public Builder consistency(Consistency consistency) {
      return with(spec.with(consistency));
    }

    /**
     * How the gradients of all workers of a step become one; their mean by default. For bulk
     * synchronous tables.
     */
    public Builder aggregator(Aggregator aggregator) {
      return with(spec.with(aggregator));
    }

    /** How gradients are made smaller on their way; not at all by default. For floats only. */
    public Builder compression(Compression compression) {
      return with(spec.with(compression));
    }

    /** Numbers of 64 bits, not of 32. */
    public Builder doubles() {
      return with(spec.with(NumberType.DOUBLE));
    }

    private Builder limits(GradientLimits limits) {
      return with(spec.with(limits));
    }

    /** Cuts every number of an update to at most this magnitude. */
    public Builder clipByValue(double most) {
      return limits(new GradientLimits(most, spec.limits().norm(), spec.limits().repairs()));
    }

    /** Scales every pushed gradient to at most this length, the root of its sum of squares. */
    public Builder clipByNorm(double most) {
      return limits(
          new GradientLimits(spec.limits().value(), most, spec.limits().repairs()));
    }

    /**
     * Takes gradients with numbers that are infinite, as the largest there may be, or none, as 0;
     * by default they are refused.
     */
    public Builder repairNotFinite() {
      return limits(new GradientLimits(spec.limits().value(), spec.limits().norm(), true));
    }

    /** The first weights, one for each parameter; zeros by default. */
    public Builder initial(float[] weights) {
      return new Builder(server, spec, Objects.requireNonNull(weights, "weights"), restored);
    }

    /**
     * Begins with the newest checkpoint of a table of this name, weights and the optimizer's state,
     * whatever number of shards wrote it.
     *
     * @param directory that of {@link ParameterServer.Builder#checkpoints}, which all nodes see
     */
    public Builder restore(Path directory) {
      return new Builder(server, spec, initial, Objects.requireNonNull(directory, "directory"));
    }

    /**
     * Makes the table on all shards and waits for it.
     *
     * @throws TableException when the name is taken, or there are more shards than parameters
     * @throws GradientException when the first weights are of another length, or not finite
     * @throws io.mobula.ps.error.CheckpointException when there is no checkpoint to begin with, or
     *     it was altered, or is of a table of another shape
     */
    public DenseTable create() {
      if (spec.numberType() == NumberType.DOUBLE
          && !spec.compression().equals(Compression.none())) {
        throw new TableException(
            "Wanted doubles, compressed by " + spec.compression() + ": compression is for floats.",
            null);
      }
      if (!spec.aggregator().isMean() && !spec.consistency().isBulk()) {
        throw new TableException(
            "Wanted gradients aggregated by " + spec.aggregator() + " in a table that is "
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
