package io.mobula.ps;

import io.mobula.ActorHandle;
import io.mobula.DType;
import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;
import io.mobula.Placement;
import io.mobula.error.ActorDiedException;
import io.mobula.error.RuntimeClosedException;
import io.mobula.ps.error.GradientException;
import io.mobula.ps.error.TableException;
import io.mobula.ps.shard.DenseSpec;
import io.mobula.ps.shard.Element;
import io.mobula.ps.shard.ShardActor;
import io.mobula.ps.shard.SparseSpec;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
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
 * <p>After Li et al., <em>Scaling Distributed Machine Learning with the Parameter Server</em>, OSDI
 * 2014. Safe for use by many threads.
 */
public final class ParameterServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ParameterServer.class);

  /** How long a shard may take to end what it is doing when the server is closed. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final MobulaRuntime runtime;
  private final List<ActorHandle<ShardActor>> shards;
  private final AtomicBoolean closed = new AtomicBoolean();
  private final AtomicInteger ids = new AtomicInteger();
  private final Set<String> names = new HashSet<>();

  private ParameterServer(MobulaRuntime runtime, List<ActorHandle<ShardActor>> shards) {
    this.runtime = runtime;
    this.shards = shards;
  }

  /** What a server is made of; two shards by default. */
  public static Builder builder(MobulaRuntime runtime) {
    return new Builder(runtime, 2, Placement.spread());
  }

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

  /** How many shards there are. */
  public int shards() {
    return shards.size();
  }

  /** Where each shard lives, in order. Asks them all and waits. */
  public List<Place> places() {
    var nodes = Shards.all(shards, shard -> shard.call(ShardActor::node).remote());
    var pids = Shards.all(shards, shard -> shard.call(ShardActor::pid).remote());
    return IntStream.range(0, shards.size())
        .mapToObj(i -> new Place(nodes.get(i), pids.get(i)))
        .toList();
  }

  DenseTable create(DenseSpec wanted, float @Nullable [] initial) {
    if (initial != null) {
      requireFinite(initial);
    }
    var split = Split.even(wanted.size(), shards.size());
    reserve(wanted.name());
    var spec = wanted.numbered(ids.incrementAndGet());
    try {
      made(i -> shards.get(i).tell(ShardActor::create, spec, split.length(i)).remote());
      var table = new DenseTable(spec, split, shards, runtime);
      if (initial != null) {
        start(table, initial);
      }
      return table;
    } catch (RuntimeException e) {
      free(spec.name());
      throw e;
    }
  }

  SparseTable create(SparseSpec wanted, Partitioner partitioner) {
    reserve(wanted.name());
    var spec = wanted.numbered(ids.incrementAndGet());
    try {
      made(i -> shards.get(i).tell(ShardActor::createSparse, spec).remote());
      return new SparseTable(spec, partitioner, shards, runtime);
    } catch (RuntimeException e) {
      free(spec.name());
      throw e;
    }
  }

  /** Has every shard make its part and waits for all. */
  private void made(IntFunction<ObjectRef<@Nullable Void>> make) {
    Shards.reached(() -> {
      var parts = IntStream.range(0, shards.size()).mapToObj(make).toList();
      parts.forEach(Shards::taken);
      return parts;
    });
  }

  private void reserve(String name) {
    synchronized (names) {
      if (!names.add(name)) {
        throw new TableException(
            "There is a table \"" + name + "\" already: use another name.", null);
      }
    }
  }

  private void free(String name) {
    synchronized (names) {
      names.remove(name);
    }
  }

  private static void requireFinite(float[] weights) {
    long bad = Element.FLOAT.firstNotFinite(MemorySegment.ofArray(weights));
    if (bad >= 0) {
      throw GradientException.ofNumber("the first weights", bad, weights[(int) bad]);
    }
  }

  private void start(DenseTable table, float[] initial) {
    try (var slot =
        new GradientSlot(runtime, table.spec(), table.split(), table.split().whole(), false)) {
      slot.set(initial);
      Shards.reached(() -> {
        slot.take().forEach(part -> start(table, part));
        return table;
      });
    }
  }

  private static void start(DenseTable table, GradientSlot.Part part) {
    var shard = table.shard(part.shard());
    int id = table.spec().id();
    part.frame().push(0, 0, part.local(), (int) part.count(table.spec().element()), 1);
    var memory = part.frame().memory();
    if (part.room() == null) {
      var bytes = memory.toArray(ValueLayout.JAVA_BYTE);
      Shards.taken(shard.tell(ShardActor::start, id, bytes).remote());
      return;
    }
    try (var stored = part.room().seal(DType.INT8, memory.byteSize())) {
      Shards.taken(shard.tell(ShardActor::startLarge, id, stored).remote());
    }
  }

  /**
   * Ends the shards and gives back their memory; what workers ask for afterwards fails. Closing
   * again does nothing.
   */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      shards.forEach(this::end);
    }
  }

  private void end(ActorHandle<ShardActor> shard) {
    try (var freed = shard.tell(ShardActor::close).remote()) {
      var _ = runtime.wait(List.of(freed), 1, PATIENCE);
      shard.kill();
    } catch (ActorDiedException | RuntimeClosedException gone) {
      LOG.debug("A shard was gone before its server was closed", gone);
    }
  }

  /** The choices before a server starts. Immutable; each verb returns a new one. */
  public static final class Builder {
    private final MobulaRuntime runtime;
    private final int shards;
    private final Placement placement;

    private Builder(MobulaRuntime runtime, int shards, Placement placement) {
      this.runtime = Objects.requireNonNull(runtime, "runtime");
      this.shards = shards;
      this.placement = placement;
    }

    /** How many actors the parameters are split over. */
    public Builder shards(int count) {
      return new Builder(runtime, count, placement);
    }

    /** Where they should live; spread over the nodes by default. */
    public Builder placement(Placement where) {
      return new Builder(runtime, shards, where);
    }

    /**
     * Starts the shards, each with a thread of its own.
     *
     * @throws TableException when there is to be no shard
     */
    public ParameterServer build() {
      if (shards < 1) {
        throw new TableException(
            "Wanted " + shards + " shards: a server needs at least one.", null);
      }
      return new ParameterServer(
          runtime,
          IntStream.range(0, shards)
              .mapToObj(i -> runtime
                  .actor(ShardActor::new)
                  .dedicatedThread()
                  .borrowArguments()
                  .placement(placement)
                  .remote())
              .toList());
    }
  }
}
