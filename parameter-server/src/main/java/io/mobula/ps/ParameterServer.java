package io.mobula.ps;

import io.mobula.DType;
import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;
import io.mobula.Placement;
import io.mobula.ps.checkpoint.CheckpointReader;
import io.mobula.ps.checkpoint.TableCheckpoints;
import io.mobula.ps.error.CheckpointException;
import io.mobula.ps.error.GradientException;
import io.mobula.ps.error.TableException;
import io.mobula.ps.kernel.NumberType;
import io.mobula.ps.shard.CatalogActor;
import io.mobula.ps.shard.DenseSpec;
import io.mobula.ps.shard.PushOrigin;
import io.mobula.ps.shard.RangePartition;
import io.mobula.ps.shard.ShardActor;
import io.mobula.ps.shard.ShardLayout;
import io.mobula.ps.shard.SparseSpec;
import io.mobula.ps.shard.TableEntry;
import io.mobula.ps.shard.TablePart;
import io.mobula.ps.shard.TableSpec;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tables of parameters on several actors, the shards, that apply gradients. The owner's side: it
 * makes the shards and ends them; what workers get are the tables.
 *
 * <pre>{@code
 * try (ParameterServer server = ParameterServer.builder(runtime).shards(4).build()) {
 *   DenseTable weights = server.dense("weights", size).optimizer(Optimizers.adam(1e-3)).create();
 *   runtime.action(Trainer::train, weights).remote().get();
 *   float[] trained = weights.toFloats();
 * }
 * }</pre>
 *
 * <p>A shard that dies ends the server, unless there are {@linkplain Builder#replicas replicas} or
 * {@linkplain Builder#checkpoints checkpoints}: then it is started anew, and goes on from there.
 * The server itself ends with the process that made it.
 *
 * <p>After Li et al., <em>Scaling Distributed Machine Learning with the Parameter Server</em>, OSDI
 * 2014. Safe for use by many threads.
 */
public final class ParameterServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ParameterServer.class);

  private final MobulaRuntime runtime;
  private final ServerConfig config;
  private final ServerActors serverActors;
  private final ShardClient shardClient;
  private final AtomicBoolean closed = new AtomicBoolean();
  private final AtomicInteger ids = new AtomicInteger();
  private final Object layoutLock = new Object(); // checkpoints and moves, one at a time
  private final Map<String, TableEntry> tables = new HashMap<>();
  private final @Nullable CheckpointScheduler checkpointScheduler;

  private ParameterServer(MobulaRuntime runtime, ServerConfig config) {
    this.runtime = runtime;
    this.config = config;
    this.serverActors = new ServerActors(runtime, config);
    var layout = new ShardLayout(1, serverActors.shards(config.shards()));
    this.shardClient = new ShardClient(serverActors.catalog(), layout, config.replicas() > 0);
    openCatalog(1);
    serverActors.startReplicas();
    this.checkpointScheduler = config.checkpointInterval() == null
        ? null
        : new CheckpointScheduler(config.checkpointInterval(), this::save);
  }

  /** Tells the catalog all that is known here, now and whenever it was started anew. */
  private void openCatalog(int times) {
    serverActors
        .catalog()
        .tell(CatalogActor::open, times, shardClient.layout(), entries(), serverActors.replicas())
        .remote()
        .close();
    ObjectRef<Boolean> lost =
        Mobula.remoteStage(serverActors.catalog().call(CatalogActor::whenRestarted));
    var _ = lost.toCompletableFuture().whenCompleteAsync((empty, gone) -> {
      lost.close();
      if (gone == null) {
        openCatalog(times + 1);
      }
    });
  }

  /** What a server is made of; two shards by default. */
  public static Builder builder(MobulaRuntime runtime) {
    return new Builder(runtime, ServerConfig.DEFAULT);
  }

  // ---- tables

  /**
   * Begins to make a table of so many parameters, numbered from 0.
   *
   * @param name tells it from the server's other tables
   */
  public DenseTable.Builder dense(String name, long size) {
    return DenseTable.Builder.of(this, name, size);
  }

  /**
   * Begins to make a table of rows by key.
   *
   * @param name tells it from the server's other tables
   * @param width how many floats a row has
   */
  public SparseTable.Builder sparse(String name, int width) {
    return SparseTable.Builder.of(this, name, width);
  }

  DenseTable create(DenseSpec wanted, float @Nullable [] initial, @Nullable Path restored) {
    if (initial != null) {
      requireFinite(initial);
    }
    var _ = RangePartition.even(wanted.size(), shards());
    if (restored != null) {
      restored = checked(restored, wanted, wanted.size());
    }
    var spec = wanted.withId(ids.incrementAndGet());
    var table = new DenseTable(spec, shardClient, runtime);
    make(spec, restored, () -> {
      if (initial != null) {
        start(table, initial);
      }
    });
    return table;
  }

  SparseTable create(SparseSpec wanted, @Nullable Path restored) {
    if (restored != null) {
      restored = checked(restored, wanted, -1);
    }
    var spec = wanted.withId(ids.incrementAndGet());
    make(spec, restored, () -> {});
    return new SparseTable(spec, shardClient, runtime);
  }

  /** The newest checkpoint of a table, if it can be read and has numbers for it. */
  private static Path checked(Path root, TableSpec wanted, long size) {
    var newest = TableCheckpoints.of(root, wanted.name())
        .latest()
        .orElseThrow(() -> new CheckpointException(
            "There is no checkpoint of a table \"" + wanted.name() + "\" in " + root
                + ": leave out restore(...) to begin anew.",
            null));
    var reader = CheckpointReader.open(newest).require(wanted.shape());
    if (size >= 0) {
      reader.requireSize(size);
    }
    reader.verify();
    return newest;
  }

  private void make(TableSpec spec, @Nullable Path restored, Runnable then) {
    synchronized (layoutLock) {
      reserve(spec.name());
      var from = restored == null ? null : restored.toString();
      try {
        note(new TableEntry(spec, from));
        var layout = shardClient.layout();
        var numbers = IntStream.range(0, layout.size()).iterator();
        var _ = ShardCalls.callAllToEnd(layout.shards(), shard -> {
          var part = new TablePart(layout.version(), numbers.next(), layout.size());
          return Mobula.remoteStage(shard.call(ShardActor::create, spec, part, from));
        });
        then.run();
      } catch (RuntimeException e) {
        free(spec);
        throw e;
      }
    }
  }

  private void reserve(String name) {
    synchronized (tables) {
      if (tables.containsKey(name)) {
        throw new TableException(
            "There is a table \"" + name + "\" already: use another name.", null);
      }
    }
  }

  private void note(TableEntry table) {
    synchronized (tables) {
      tables.put(table.spec().name(), table);
    }
    ShardCalls.translateFailures(() -> ShardCalls.getAndClose(
        serverActors.catalog().tell(CatalogActor::putTable, table).remote()));
  }

  private void free(TableSpec spec) {
    synchronized (tables) {
      tables.remove(spec.name());
    }
    serverActors.catalog().tell(CatalogActor::removeTable, spec.id()).remote().close();
    try { // the parts that were made on some shards
      var _ = ShardCalls.callAllToEnd(
          shardClient.layout().shards(),
          shard -> Mobula.remoteStage(shard.call(ShardActor::drop, spec.id())));
    } catch (RuntimeException e) {
      LOG.warn("What was made of {} could not be dropped everywhere", spec, e);
    }
  }

  private List<TableEntry> entries() {
    synchronized (tables) {
      return List.copyOf(tables.values());
    }
  }

  private List<TableSpec> tables() {
    return entries().stream().map(TableEntry::spec).toList();
  }

  private static void requireFinite(float[] weights) {
    long bad = NumberType.FLOAT.firstNotFinite(MemorySegment.ofArray(weights));
    if (bad >= 0) {
      throw GradientException.ofNumber("the first weights", bad, weights[(int) bad]);
    }
  }

  private void start(DenseTable table, float[] initial) {
    var layout = shardClient.layout();
    var rangePartition = table.partitionOf(layout);
    try (var slot = new GradientSlot(runtime, table.spec(), rangePartition, table.whole(), false)) {
      slot.set(initial);
      ShardCalls.translateFailures(() -> {
        slot.take().forEach(slice -> start(table, layout, slice));
        return table;
      });
    }
  }

  private static void start(
      DenseTable table, ShardLayout layout, GradientSlot.GradientSlice slice) {
    var shard = layout.shards().get(slice.shard());
    int id = table.spec().id();
    int count = (int) slice.count(table.spec().numberType());
    slice
        .frame()
        .writePushHeader(new PushOrigin(0, 0, 0, layout.version()), slice.local(), count, 1, false);
    var memory = slice.frame().memory();
    if (slice.room() == null) {
      var bytes = memory.toArray(ValueLayout.JAVA_BYTE);
      ShardCalls.getAndClose(Mobula.remoteStage(shard.call(ShardActor::start, id, bytes)));
      return;
    }
    try (var stored = slice.room().seal(DType.INT8, memory.byteSize())) {
      ShardCalls.getAndClose(Mobula.remoteStage(shard.call(ShardActor::startLarge, id, stored)));
    }
  }

  // ---- where it is

  /** How many shards there are. */
  public int shards() {
    return shardClient.layout().size();
  }

  /** Where each shard lives, in order. Asks them all and waits. */
  public List<ProcessLocation> shardLocations() {
    var nodes = shardClient.callAll(shard -> shard.call(ShardActor::node).remote());
    var pids = shardClient.callAll(shard -> shard.call(ShardActor::pid).remote());
    return IntStream.range(0, nodes.size())
        .mapToObj(i -> new ProcessLocation(nodes.get(i), pids.get(i)))
        .toList();
  }

  /** Where the standbys of all shards live, in the order of the shards. Asks them and waits. */
  public List<ProcessLocation> replicaLocations() {
    return serverActors.replicaLocations();
  }

  /**
   * Moves the tables to another number of shards, while workers go on: for a moment they wait, and
   * what they have pushed is applied once, before or after. The memory of what moves is needed
   * twice meanwhile. Shards that are not needed any more stay, without parameters, for later.
   *
   * @throws TableException when there are more shards than parameters, or a shard died meanwhile;
   *     all stays as it was
   */
  public void reshard(int count) {
    requireShards(count);
    synchronized (layoutLock) {
      for (var table : tables()) {
        if (table instanceof DenseSpec dense) {
          var _ = RangePartition.even(dense.size(), count);
        }
      }
      if (count != shards()) {
        new ReshardCoordinator(serverActors, shardClient, runtime, tables()).to(count);
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
   * until they are on the disk. Workers go on; those of bulk synchronous tables may wait a moment,
   * so that all shards write the same step. Of other tables each shard's part is of one moment.
   *
   * @return the directory of each, by the table's name
   * @throws CheckpointException when there is no such directory, or no room; those that were there
   *     before are as they were
   */
  public Map<String, Path> checkpoint() {
    var root = config.checkpoints();
    if (root == null) {
      throw new CheckpointException(
          "This server has no directory for checkpoints: build it with checkpoints(...).", null);
    }
    synchronized (layoutLock) {
      var written = new HashMap<String, Path>();
      for (var table : tables()) {
        var path = new CheckpointCoordinator(shardClient, runtime, table)
            .into(root, config.retainedCheckpoints());
        note(new TableEntry(table, path.toString()));
        written.put(table.name(), path);
      }
      return written;
    }
  }

  private void save() {
    var _ = checkpoint();
  }

  /**
   * Ends the shards and gives back their memory; what workers ask for afterwards fails. Closing
   * again does nothing.
   */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      if (checkpointScheduler != null) {
        checkpointScheduler.close();
      }
      serverActors.stop();
    }
  }

  /** The choices before a server starts. Immutable; each verb returns a new one. */
  public static final class Builder {
    private final MobulaRuntime runtime;
    private final ServerConfig config;

    private Builder(MobulaRuntime runtime, ServerConfig config) {
      this.runtime = Objects.requireNonNull(runtime, "runtime");
      this.config = config;
    }

    /** How many actors the parameters are split over. */
    public Builder shards(int count) {
      return with(config.shards(count));
    }

    private Builder with(ServerConfig changed) {
      return new Builder(runtime, changed);
    }

    /** Where they should live; spread over the nodes by default. */
    public Builder placement(Placement where) {
      return with(config.placement(where));
    }

    /**
     * How many copies of each shard there are besides it, on other nodes where there are any; none
     * by default. A push counts as taken in when they have it; a shard that dies is started anew
     * from a copy, and nothing is lost unless all copies die at the same time. Costs as much memory
     * and work again for each.
     */
    public Builder replicas(int count) {
      if (count < 0) {
        throw new TableException("Wanted " + count + " replicas: use 0 for none.", null);
      }
      return with(config.replicas(count));
    }

    /**
     * Where {@link ParameterServer#checkpoint} writes, and from where a shard goes on that died
     * without a replica: what was pushed after the last checkpoint is lost then.
     *
     * @param directory one that all nodes see under this path
     */
    public Builder checkpoints(Path directory) {
      return with(config.checkpoints(directory.toAbsolutePath().normalize()));
    }

    /** Writes a checkpoint that often, from now on; needs {@link #checkpoints}. */
    public Builder checkpointEvery(Duration interval) {
      if (!interval.isPositive()) {
        throw new CheckpointException(
            "Wanted a checkpoint every " + interval + ": it must be above zero.", null);
      }
      return with(config.checkpointInterval(interval));
    }

    /** How many checkpoints of each table stay; 2 by default. */
    public Builder keepCheckpoints(int count) {
      if (count < 1) {
        throw new CheckpointException("Wanted to keep " + count + " checkpoints: 1 or more.", null);
      }
      return with(config.retainedCheckpoints(count));
    }

    /**
     * Starts the shards, each with a thread of its own.
     *
     * @throws TableException when there is to be no shard
     * @throws CheckpointException when checkpoints are to be written, and nothing says where
     */
    public ParameterServer build() {
      requireShards(config.shards());
      if (config.checkpointInterval() != null && config.checkpoints() == null) {
        throw new CheckpointException(
            "Wanted a checkpoint every " + config.checkpointInterval()
                + ", and nothing says where: use checkpoints(...), too.",
            null);
      }
      return new ParameterServer(runtime, config);
    }
  }
}
