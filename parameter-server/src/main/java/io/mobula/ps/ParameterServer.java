package io.mobula.ps;

import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;
import io.mobula.ResultForm;
import io.mobula.placement.Placement;
import io.mobula.ps.error.CheckpointException;
import io.mobula.ps.error.TableException;
import io.mobula.ps.internal.shard.CatalogActor;
import io.mobula.ps.internal.shard.DenseSpec;
import io.mobula.ps.internal.shard.RangePartition;
import io.mobula.ps.internal.shard.ShardActor;
import io.mobula.ps.internal.shard.ShardLayout;
import io.mobula.ps.internal.shard.SparseSpec;
import io.mobula.ps.internal.shard.TableEntry;
import io.mobula.ps.internal.shard.TableSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Sharded parameter server: tables of parameters, distributed over actors (the shards) that apply
 * gradients. This is the owner's handle: it starts and stops the shards. Workers are given the
 * tables.
 *
 * <pre>{@code
 * try (ParameterServer server = ParameterServer.builder(runtime).shards(4).build()) {
 *   DenseTable weights = server.dense("weights", size).optimizer(Optimizers.adam(1e-3)).create();
 *   runtime.action(Trainer::train, weights).remote().get();
 *   float[] trained = weights.toFloats();
 * }
 * }</pre>
 *
 * <p>The death of a shard ends the server, unless there are {@linkplain Builder#replicas replicas}
 * or {@linkplain Builder#checkpoints checkpoints}: then the shard is restarted from those. The
 * server ends with the process that created it.
 *
 * <p>The design follows Li et al., <em>Scaling Distributed Machine Learning with the Parameter
 * Server</em>, OSDI 2014. Safe for use by many threads.
 */
public final class ParameterServer implements AutoCloseable {
  private final MobulaRuntime runtime;
  private final ServerConfig config;
  private final ServerActors serverActors;
  private final ShardClient shardClient;
  private final AtomicBoolean closed = new AtomicBoolean();
  private final Object layoutLock = new Object(); // serializes creation, checkpoints, resharding
  private final TableRegistry tables;
  private final @Nullable CheckpointScheduler checkpointScheduler;

  private ParameterServer(MobulaRuntime runtime, ServerConfig config) {
    this.runtime = runtime;
    this.config = config;
    this.serverActors = new ServerActors(runtime, config);
    var layout = new ShardLayout(1, serverActors.shards(config.shards()));
    this.shardClient = new ShardClient(serverActors.catalog(), layout, config.replicas() > 0);
    this.tables = new TableRegistry(runtime, serverActors.catalog(), shardClient);
    this.checkpointScheduler = config.checkpointInterval() == null
        ? null
        : new CheckpointScheduler(config.checkpointInterval());
  }

  private void start() {
    openCatalog(1);
    serverActors.startReplicas();
    if (checkpointScheduler != null) {
      checkpointScheduler.start(this::save);
    }
  }

  /**
   * Tells the catalog everything that the owner knows, now and after each restart of the catalog.
   */
  private void openCatalog(int times) {
    serverActors
        .catalog()
        .tell(
            CatalogActor::open,
            times,
            shardClient.layout(),
            tables.entries(),
            serverActors.replicas())
        .remote()
        .close();
    ObjectRef<Boolean> lost =
        serverActors.catalog().call(CatalogActor::whenRestarted).remote(ResultForm.async());
    var _ = lost.toCompletableFuture().whenCompleteAsync((empty, gone) -> {
      lost.close();
      if (gone == null) {
        openCatalog(times + 1);
      }
    });
  }

  /** Returns a builder of a server, which has two shards by default. */
  public static Builder builder(MobulaRuntime runtime) {
    return new Builder(runtime, ServerConfig.DEFAULT);
  }

  // ---- tables

  /**
   * Starts to build a table of {@code size} parameters, numbered from 0.
   *
   * @param name identifies the table within the server
   */
  public DenseTable.Builder dense(String name, long size) {
    return DenseTable.Builder.of(this, name, size);
  }

  /**
   * Starts to build a table of rows by key.
   *
   * @param name identifies the table within the server
   * @param width how many numbers a row has
   */
  public SparseTable.Builder sparse(String name, int width) {
    return SparseTable.Builder.of(this, name, width);
  }

  DenseTable create(DenseSpec wanted, float @Nullable [] initial, @Nullable Path restored) {
    var weights = initial == null ? null : new InitialWeights(initial);
    var _ = RangePartition.even(wanted.size(), shards());
    var from =
        restored == null ? null : TableRegistry.newestCheckpoint(restored, wanted, wanted.size());
    var spec = wanted.withId(tables.nextId());
    var table = new DenseTable(spec, shardClient, runtime);
    create(spec, from, () -> {
      if (weights != null) {
        weights.send(table, shardClient.layout(), runtime);
      }
    });
    return table;
  }

  SparseTable create(SparseSpec wanted, @Nullable Path restored) {
    var from = restored == null ? null : TableRegistry.newestCheckpoint(restored, wanted, -1);
    var spec = wanted.withId(tables.nextId());
    create(spec, from, () -> {});
    return new SparseTable(spec, shardClient, runtime);
  }

  private void create(TableSpec spec, @Nullable Path restored, Runnable then) {
    tables.requireReadable(spec);
    synchronized (layoutLock) {
      tables.create(spec, restored, then);
    }
  }

  // ---- locations and resharding

  /** Returns the present number of shards. */
  public int shards() {
    return shardClient.layout().size();
  }

  /** Returns the location of each shard, in order. Asks all shards and waits. */
  public List<ProcessLocation> shardLocations() {
    var nodes = shardClient.callAll(shard -> shard.call(ShardActor::node).remote());
    var pids = shardClient.callAll(shard -> shard.call(ShardActor::pid).remote());
    return IntStream.range(0, nodes.size())
        .mapToObj(i -> new ProcessLocation(nodes.get(i), pids.get(i)))
        .toList();
  }

  /**
   * Returns the locations of the replicas of all shards, in the order of the shards. Asks the
   * replicas and waits.
   */
  public List<ProcessLocation> replicaLocations() {
    return serverActors.replicaLocations();
  }

  /**
   * Moves the tables to another number of shards while workers continue. Workers block for a
   * moment; each of their pushes is applied once, before or after the move. The memory of the moved
   * data is needed twice meanwhile. Shards that are no longer needed stay alive without parameters,
   * for later use.
   *
   * @throws TableException when there are more shards than parameters, or a shard died meanwhile;
   *     nothing has changed then
   */
  public void reshard(int count) {
    requireShards(count);
    synchronized (layoutLock) {
      for (var table : tables.specs()) {
        if (table instanceof DenseSpec dense) {
          var _ = RangePartition.even(dense.size(), count);
        }
      }
      if (count != shards()) {
        new ReshardCoordinator(serverActors, shardClient, runtime, tables.specs()).to(count);
      }
    }
  }

  private static void requireShards(int count) {
    if (count < 1) {
      throw new TableException("Wanted " + count + " shards: a server needs at least one.", null);
    }
  }

  // ---- checkpoints

  /**
   * Writes a checkpoint of every table to the directory of {@link Builder#checkpoints}, and waits
   * until the checkpoints are on disk. Workers continue; those of bulk synchronous tables may block
   * for a moment so that all shards write the same step. In other tables each shard's part is
   * consistent by itself.
   *
   * @return the checkpoint's directory by table name
   * @throws CheckpointException when there is no such directory, or no space left; earlier
   *     checkpoints are untouched
   */
  public Map<String, Path> checkpoint() {
    var root = config.checkpoints();
    if (root == null) {
      throw new CheckpointException(
          "This server has no directory for checkpoints: build it with checkpoints(...).", null);
    }
    synchronized (layoutLock) {
      var written = new HashMap<String, Path>();
      for (var table : tables.specs()) {
        var path = new CheckpointCoordinator(shardClient, runtime, table)
            .into(root, config.retainedCheckpoints());
        tables.put(new TableEntry(table, path.toString()));
        written.put(table.name(), path);
      }
      return written;
    }
  }

  private void save() {
    var _ = checkpoint();
  }

  /** Ends the shards and frees their memory; later requests of workers fail. Idempotent. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      if (checkpointScheduler != null) {
        checkpointScheduler.close();
      }
      serverActors.stop();
    }
  }

  /** Builder of a server. Immutable; each method returns a new builder. */
  public static final class Builder {
    private final MobulaRuntime runtime;
    private final ServerConfig config;

    private Builder(MobulaRuntime runtime, ServerConfig config) {
      this.runtime = Objects.requireNonNull(runtime, "runtime");
      this.config = config;
    }

    /** Sets the number of shard actors that the tables are split over. */
    public Builder shards(int count) {
      return with(config.shards(count));
    }

    private Builder with(ServerConfig changed) {
      return new Builder(runtime, changed);
    }

    /** Sets the placement of the shard actors; spread over the nodes by default. */
    public Builder placement(Placement where) {
      return with(config.placement(where));
    }

    /**
     * Sets the number of replicas of each shard; none by default. They are placed on other nodes
     * where there are any. A push is acknowledged when the replicas have it. A shard that dies is
     * restarted from a replica, and nothing is lost unless all copies die at the same time. Each
     * replica costs the shard's memory and work once more.
     */
    public Builder replicas(int count) {
      if (count < 0) {
        throw new TableException("Wanted " + count + " replicas: use 0 for none.", null);
      }
      return with(config.replicas(count));
    }

    /**
     * Sets the directory that {@link ParameterServer#checkpoint} writes to. A shard that dies
     * without a replica is restarted from there; pushes after the last checkpoint are lost then.
     *
     * @param directory visible to all nodes under this path
     */
    public Builder checkpoints(Path directory) {
      return with(config.checkpoints(directory.toAbsolutePath().normalize()));
    }

    /**
     * Writes checkpoints periodically, from the start of the server on; requires
     * {@link #checkpoints}.
     */
    public Builder checkpointEvery(Duration interval) {
      if (!interval.isPositive()) {
        throw new CheckpointException(
            "Wanted a checkpoint every " + interval + ": it must be above zero.", null);
      }
      return with(config.checkpointInterval(interval));
    }

    /** Sets how many checkpoints of each table are retained; 2 by default. */
    public Builder keepCheckpoints(int count) {
      if (count < 1) {
        throw new CheckpointException("Wanted to keep " + count + " checkpoints: 1 or more.", null);
      }
      return with(config.retainedCheckpoints(count));
    }

    /**
     * Starts the shards, each on a thread of its own.
     *
     * @throws TableException when the number of shards is below 1
     * @throws CheckpointException when periodic checkpoints are wanted without a directory
     */
    public ParameterServer build() {
      requireShards(config.shards());
      if (config.checkpointInterval() != null && config.checkpoints() == null) {
        throw new CheckpointException(
            "Wanted a checkpoint every " + config.checkpointInterval()
                + ", and nothing says where: use checkpoints(...), too.",
            null);
      }
      var server = new ParameterServer(runtime, config);
      server.start();
      return server;
    }
  }
}
