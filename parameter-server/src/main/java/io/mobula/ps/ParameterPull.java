package io.mobula.ps;

import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;
import io.mobula.ResultForm;
import io.mobula.ps.internal.shard.DenseFrame;
import io.mobula.ps.internal.shard.RangePartition;
import io.mobula.ps.internal.shard.ShardActor;
import io.mobula.ps.internal.shard.ShardLayout;
import io.mobula.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Pending pull of a range of parameters. For one thread.
 *
 * <pre>{@code
 * var next = worker.startPull();     // requests, and returns
 * compute();
 * try (PulledParameters weights = next.await()) { ... }
 * }</pre>
 */
public final class ParameterPull implements AutoCloseable {
  /** Worker number of a reader that is no worker and is never made to wait. */
  private static final long NOBODY = 0;

  private final DenseTable table;
  private final @Nullable WorkerSession session;
  private final KeyRange range;
  private final PullCollector collector;
  private RangePartition rangePartition; // at the time of the request
  private boolean over;

  private ParameterPull(
      DenseTable table, MobulaRuntime runtime, @Nullable WorkerSession session, KeyRange range) {
    this.table = table;
    this.session = session;
    this.range = range;
    this.collector = new PullCollector(runtime);
    this.rangePartition = table.partitionOf(layout());
  }

  /** Creates a pull without requests; replies are {@linkplain #add added} by the caller. */
  static ParameterPull of(
      DenseTable table, MobulaRuntime runtime, @Nullable WorkerSession session, KeyRange range) {
    range.requireWithin(table.size());
    return new ParameterPull(table, runtime, session, range);
  }

  /**
   * Requests the range from all shards that have a part of it.
   *
   * @param session the session of the worker; null if the reader is no worker
   */
  static ParameterPull asked(
      DenseTable table, MobulaRuntime runtime, @Nullable WorkerSession session, KeyRange range) {
    var pull = of(table, runtime, session, range);
    pull.ask();
    return pull;
  }

  private void ask() {
    int id = table.spec().id();
    long worker = session == null ? NOBODY : session.worker();
    long steps = session == null ? 0 : session.steps();
    var layout = layout();
    rangePartition = table.partitionOf(layout);
    ShardCalls.translateFailures(() -> {
      for (int shard = rangePartition.shardOf(range.from());
          shard < rangePartition.shards() && rangePartition.start(shard) < range.to();
          shard++) {
        var handle = layout.shards().get(shard);
        add(
            shard,
            isLarge(shard)
                ? handle
                    .call(ShardActor::pullLarge, id, worker, layout.version(), steps)
                    .remote(ResultForm.async())
                : handle
                    .call(ShardActor::pull, id, worker, layout.version(), steps)
                    .remote(ResultForm.async()),
            null);
      }
      return collector;
    });
  }

  private ShardLayout layout() {
    return session == null ? table.shardClient().layout() : session.layout();
  }

  void add(int shard, ObjectRef<?> answer, @Nullable InFlightPush inFlightPush) {
    collector.add(shard, answer, inFlightPush);
  }

  private boolean isLarge(int shard) {
    return table.spec().numberType().isLarge(rangePartition.length(shard));
  }

  /** Returns whether {@link #await} would return or throw without blocking. */
  public boolean isReady() {
    return collector.areReady();
  }

  /**
   * Returns a stage that completes, on a thread of the runtime, when all shards have replied or
   * failed. Then {@link #await} does not block, unless parameters have moved and have to be
   * requested again.
   */
  public CompletionStage<@Nullable Void> ready() {
    return collector.ready();
  }

  /**
   * Waits until the table's consistency rule lets this worker read, and until the parameters are
   * there. May be called once.
   *
   * @throws io.mobula.ps.error.ServerClosedException when the server is no longer there
   * @throws io.mobula.ps.error.WorkerEvictedException when the other workers have gone on without
   *     this one
   */
  public PulledParameters await() {
    if (over) {
      throw new IllegalStateException(
          "These parameters were awaited, or closed, before: pull again.");
    }
    try {
      for (int i = 1; ; i++) {
        var refused = new RefusedPushes();
        var pulled = collected(refused);
        if (pulled != null) {
          return pulled;
        }
        if (i == ShardClient.MAX_MOVES) {
          throw new IllegalStateException(
              "The parameters of " + table.name() + " have moved " + i + " times meanwhile.");
        }
        askAgain(refused);
      }
    } finally {
      close();
    }
  }

  private void askAgain(RefusedPushes refused) {
    collector.close();
    if (session == null) {
      table.shardClient().refresh();
    } else {
      session.recover(refused);
    }
    ask();
  }

  @SuppressWarnings("MustBeClosed") // the result closes it
  private @Nullable PulledParameters collected(RefusedPushes refused) {
    var arena = Arena.ofConfined();
    try {
      var slices = new ArrayList<PulledParameters.ParameterSlice>();
      collector.collect(refused, this::requestEviction, (shard, answer) -> {
        var frame = frame(shard, answer, arena);
        slices.add(PulledParameters.ParameterSlice.of(
            frame, table.spec().numberType(), rangePartition.start(shard), range));
        return true;
      });
      if (!refused.hasAny()) {
        return new PulledParameters(table.spec().numberType(), range, slices, arena);
      }
      arena.close();
      return null;
    } catch (RuntimeException | Error e) {
      arena.close();
      throw e;
    }
  }

  /** Reads a reply: bytes, or a tensor where the shard's range is large. */
  private DenseFrame frame(int shard, ObjectRef<?> answer, Arena arena) {
    return isLarge(shard)
        ? DenseFrame.read(((Tensor) answer.get(arena)).segment())
        : DenseFrame.read((byte[]) answer.get());
  }

  private void requestEviction(int shard) {
    if (session != null) {
      session.requestEviction(shard);
    }
  }

  /** Discards the pull and its pending replies. */
  @Override
  public void close() {
    over = true;
    collector.close();
  }
}
