package io.mobula.ps;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;
import io.mobula.Tensor;
import io.mobula.ps.shard.DenseFrame;
import io.mobula.ps.shard.RangePartition;
import io.mobula.ps.shard.ShardActor;
import io.mobula.ps.shard.ShardLayout;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Parameters that are on their way from their shards. For one thread.
 *
 * <pre>{@code
 * var next = worker.startPull();     // asks, and goes on
 * compute();
 * try (Pulled weights = next.await()) { ... }
 * }</pre>
 */
public final class ParameterPull implements AutoCloseable {
  /** No worker's number: who asks is not held up by any. */
  private static final long NOBODY = 0;

  /** How often parameters are asked for again that have moved. */
  private static final int MOST_MOVES = 100;

  private final DenseTable table;
  private final @Nullable WorkerSession session;
  private final KeyRange range;
  private final PullCollector collector;
  private RangePartition rangePartition; // when they were asked
  private boolean over;

  private ParameterPull(
      DenseTable table, MobulaRuntime runtime, @Nullable WorkerSession session, KeyRange range) {
    this.table = table;
    this.session = session;
    this.range = range;
    this.collector = new PullCollector(runtime);
    this.rangePartition = table.partitionOf(layout());
  }

  /** One whose answers are {@linkplain #add added}. */
  static ParameterPull of(
      DenseTable table, MobulaRuntime runtime, @Nullable WorkerSession session, KeyRange range) {
    range.requireWithin(table.size());
    return new ParameterPull(table, runtime, session, range);
  }

  /**
   * Asks all shards that have some of the range.
   *
   * @param session the worker's; null if nobody's
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
                ? Mobula.remoteStage(
                    handle.call(ShardActor::pullLarge, id, worker, layout.version(), steps))
                : Mobula.remoteStage(
                    handle.call(ShardActor::pull, id, worker, layout.version(), steps)),
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

  /** Whether {@link #await} would return or throw at once. */
  public boolean isReady() {
    return collector.areReady();
  }

  /**
   * Completes, on a thread of the runtime, when all shards have answered, whatever it is: then
   * {@link #await} returns or throws at once, unless parameters have moved and it has to ask again.
   */
  public CompletionStage<@Nullable Void> ready() {
    return collector.ready();
  }

  /**
   * Waits until the rule of the table lets this worker read, and for the parameters. Once.
   *
   * @throws io.mobula.ps.error.ServerClosedException when the server is no longer there
   * @throws io.mobula.ps.error.WorkerEvictedException when others have gone on without this worker
   */
  public PulledParameters await() {
    if (over) {
      throw new IllegalStateException(
          "These parameters were awaited, or closed, before: pull again.");
    }
    try {
      for (int i = 1; ; i++) {
        var refused = new WorkerSession.RefusedPushes();
        var pulled = collected(refused);
        if (pulled != null) {
          return pulled;
        }
        if (i == MOST_MOVES) {
          throw new IllegalStateException(
              "The parameters of " + table.name() + " have moved " + i + " times meanwhile.");
        }
        askAgain(refused);
      }
    } finally {
      close();
    }
  }

  private void askAgain(WorkerSession.RefusedPushes refused) {
    collector.close();
    if (session == null) {
      table.shardClient().refresh();
    } else {
      session.recover(refused);
    }
    ask();
  }

  @SuppressWarnings("MustBeClosed") // by what is returned
  private @Nullable PulledParameters collected(WorkerSession.RefusedPushes refused) {
    var arena = Arena.ofConfined();
    try {
      var slices = new ArrayList<PulledParameters.ParameterSlice>();
      collector.collect(refused, this::lookAround, (shard, answer) -> {
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

  /** Bytes, or a tensor where the range is large. */
  private DenseFrame frame(int shard, ObjectRef<?> answer, Arena arena) {
    return isLarge(shard)
        ? DenseFrame.read(((Tensor) answer.get(arena)).segment())
        : DenseFrame.read((byte[]) answer.get());
  }

  private void lookAround(int shard) {
    if (session != null) {
      session.requestEviction(shard);
    }
  }

  /** Forgets what was asked for. */
  @Override
  public void close() {
    over = true;
    collector.close();
  }
}
