package io.mobula.ps;

import io.mobula.ActorHandle;
import io.mobula.MobulaRuntime;
import io.mobula.Placement;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * A vector of parameters on several actors, the shards, that apply gradients as they come. The
 * owner's side: it makes the shards and ends them; what workers get is the {@link #table()}.
 *
 * <pre>{@code
 * try (ParameterServer server = ParameterServer.builder(runtime).shards(4).start(new float[size])) {
 *   runtime.action(Trainer::train, server.table()).remote().get();
 *   float[] trained = server.table().pull();
 * }
 * }</pre>
 *
 * <p>Asynchronous: a gradient is applied to what the shard has by then, which may be newer than
 * what the worker pulled (Li et al., <em>Scaling Distributed Machine Learning with the Parameter
 * Server</em>, OSDI 2014). Safe for use by many threads.
 */
public final class ParameterServer implements AutoCloseable {
  private final DenseTable table;
  private final List<ActorHandle<Shard>> shards;

  private ParameterServer(Partition partition, List<ActorHandle<Shard>> shards) {
    this.table = new DenseTable(partition, shards);
    this.shards = shards;
  }

  /** What a server is made of; the defaults are two shards and {@code Sgd.of(0.01f)}. */
  public static Builder builder(MobulaRuntime runtime) {
    return new Builder(runtime, 2, Sgd.of(0.01f));
  }

  /** What workers push to and pull from. */
  public DenseTable table() {
    return table;
  }

  /** Where each shard lives, in order. Asks them all and waits. */
  public List<Place> places() {
    return table.places();
  }

  /** Ends the shards at once; pushes under way fail. Closing again does nothing. */
  @Override
  public void close() {
    shards.forEach(ActorHandle::kill);
  }

  /** The choices before a server starts. Immutable; each verb returns a new one. */
  public static final class Builder {
    private final MobulaRuntime runtime;
    private final int shards;
    private final Sgd optimizer;

    private Builder(MobulaRuntime runtime, int shards, Sgd optimizer) {
      this.runtime = Objects.requireNonNull(runtime, "runtime");
      this.shards = shards;
      this.optimizer = Objects.requireNonNull(optimizer, "optimizer");
    }

    /** How many actors the parameters are split over. */
    public Builder shards(int count) {
      return new Builder(runtime, count, optimizer);
    }

    /** What applies the gradients, on the shards. */
    public Builder optimizer(Sgd applied) {
      return new Builder(runtime, shards, applied);
    }

    /**
     * Starts the shards with these weights, which are copied, as evenly over the nodes as their
     * resources allow.
     *
     * @throws IllegalArgumentException when there are fewer weights than shards, or no shard
     * @throws GradientException when a weight is not finite
     */
    public ParameterServer start(float[] initial) {
      GradientException.requireFinite("the first weights", initial);
      var partition = new Partition(initial.length, shards);
      return new ParameterServer(
          partition,
          IntStream.range(0, shards)
              .mapToObj(i -> runtime
                  .actor(Shard::new, partition.slice(initial, i), optimizer)
                  .placement(Placement.spread())
                  .remote())
              .toList());
    }
  }
}
