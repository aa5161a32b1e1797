package io.mobula.ps;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.ps.clock.Consistency;
import io.mobula.ps.error.TableException;
import io.mobula.ps.kernel.NumberType;
import io.mobula.ps.optimizer.Optimizer;
import io.mobula.ps.optimizer.Optimizers;
import io.mobula.ps.row.RowInitializer;
import io.mobula.ps.shard.ShardActor;
import io.mobula.ps.shard.ShardMetrics;
import io.mobula.ps.shard.SparseSpec;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Rows of numbers by keys of 64 bits, on the shards of a {@link ParameterServer}. A row is there
 * from the first push of its key on. Immutable; may be the argument of a task or an actor, and
 * captured. Safe for use by many threads.
 */
public final class SparseTable {
  private final SparseSpec spec;
  private final ShardClient shardClient;
  private final transient @Nullable MobulaRuntime runtime; // of who made it; others have a context

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

  /** What people call it. */
  public String name() {
    return spec.name();
  }

  /** How many numbers a row has. */
  public int width() {
    return spec.width();
  }

  /** How many shards its rows are spread over, as far as is known here. */
  public int shards() {
    return shardClient.layout().size();
  }

  /** How many rows there are. Asks all shards and waits. */
  public long rows() {
    return shardClient.callAll(shard -> shard.call(ShardActor::rows, spec.id()).remote()).stream()
        .mapToLong(Long::longValue)
        .sum();
  }

  /**
   * Begins the work of one worker, with up to {@value DenseWorker#DEFAULT_MAX_IN_FLIGHT} pushes
   * under way; see {@link DenseTable#join(int)}.
   */
  public SparseWorker join(int rank) {
    return join(rank, DenseWorker.DEFAULT_MAX_IN_FLIGHT);
  }

  /** See {@link DenseTable#join(int, int)}. */
  public SparseWorker join(int rank, int maxInFlight) {
    return join(rank, maxInFlight, PushBatchLimits.none());
  }

  /**
   * As {@link #join(int, int)}, for a worker of many small pushes, several of which go as one: what
   * comes twice for a key in them is summed and applied once. Until they are sent, nobody sees
   * them, this worker neither.
   *
   * @param maxInFlight how many of those may be under way before the next one waits
   */
  public SparseWorker join(int rank, int maxInFlight, PushBatchLimits batchLimits) {
    var known = runtime;
    var here = known != null ? known : Mobula.context().runtime();
    return SparseWorker.join(this, here, rank, maxInFlight, batchLimits);
  }

  /** What each shard has done for this table so far, in order. Asks them all and waits. */
  public List<ShardMetrics> metrics() {
    return shardClient.callAll(
        shard -> shard.call(ShardActor::metrics, spec.id()).remote());
  }

  /**
   * The keys that most gradients are pushed for, the most first. Asks all shards and waits.
   *
   * @param most how many at most
   */
  public List<HotKey> hotKeys(int most) {
    var rows = shardClient.callAll(
        shard -> shard.call(ShardActor::hotRows, spec.id(), most).remote());
    double all = Math.max(1, metrics().stream().mapToLong(ShardMetrics::keys).sum());
    return IntStream.range(0, rows.size())
        .boxed()
        .flatMap(shard ->
            rows.get(shard).stream().map(row -> new HotKey(row.key(), shard, row.count() / all)))
        .sorted(Comparator.comparingDouble(HotKey::share).reversed())
        .limit(most)
        .toList();
  }

  /**
   * How uneven the work is: the most gradients of rows that a shard was sent, over what each would
   * have been sent if all had the same; 1 at best.
   */
  public double skew() {
    var keys = metrics().stream().mapToLong(ShardMetrics::keys).toArray();
    long sum = 0;
    long most = 0;
    for (long of : keys) {
      sum += of;
      most = Math.max(most, of);
    }
    return sum == 0 ? 1 : (double) most * keys.length / sum;
  }

  /** The choices before a table is made. Immutable; each verb returns a new one. */
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

    /** Numbers of 64 bits, not of 32; see {@link SparseWorker#pullDoubles}. */
    public Builder doubles() {
      return new Builder(server, spec.with(NumberType.DOUBLE), restored);
    }

    /** What applies gradients, on the shards; {@code Optimizers.sgd(0.01)} by default. */
    public Builder optimizer(Optimizer optimizer) {
      return new Builder(server, spec.with(optimizer), restored);
    }

    /** How far apart workers may be; asynchronous by default. */
    public Builder consistency(Consistency consistency) {
      return new Builder(server, spec.with(consistency), restored);
    }

    /** Rows begin even over {@code -range} to {@code range}; as zeros by default. */
    public Builder initial(double range, long seed) {
      return new Builder(server, spec.with(new RowInitializer(range, seed)), restored);
    }

    /** Which shard has a key; spread by a hash by default. */
    public Builder partitioner(Partitioner chosen) {
      return new Builder(server, spec.with(chosen), restored);
    }

    /**
     * Has workers keep copies of the keys that each of them pushes most. Gradients of such a key
     * are summed by the worker and sent once a step, or after 64 pushes; its row is pulled once a
     * step. What a worker pushes for it is seen by itself from its next step on. Workers also sum
     * the gradients of any key that comes twice in a push. Off by default.
     *
     * @param most how many keys; 0 for none
     */
    public Builder hotKeys(int most) {
      if (most < 0) {
        throw new TableException("Wanted " + most + " hot keys: use 0 for none.", null);
      }
      return new Builder(server, spec.with(most), restored);
    }

    /**
     * Begins with the newest checkpoint of a table of this name; see
     * {@link DenseTable.Builder#restore}.
     */
    public Builder restore(Path directory) {
      return new Builder(server, spec, Objects.requireNonNull(directory, "directory"));
    }

    /**
     * Makes the table on all shards and waits for it.
     *
     * @throws io.mobula.ps.error.TableException when the name is taken
     * @throws io.mobula.ps.error.CheckpointException when there is no checkpoint to begin with, or
     *     it was altered, or is of a table of another shape
     */
    public SparseTable create() {
      return server.create(spec, restored);
    }
  }
}
