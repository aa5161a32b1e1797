package io.mobula.ps;

import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;
import io.mobula.Tensor;
import io.mobula.ps.shard.Frame;
import io.mobula.ps.shard.ShardActor;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
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
public final class Pull implements AutoCloseable {
  /** No worker's number: who asks is not held up by any. */
  private static final long NOBODY = 0;

  private final DenseTable table;
  private final MobulaRuntime runtime;
  private final @Nullable Seat seat;
  private final KeyRange range;
  private final List<Asked> asked = new ArrayList<>();
  private boolean over;

  /** What one shard was asked for: bytes, or a tensor where its range is large. */
  private record Asked(int shard, boolean large, ObjectRef<?> answer) {}

  private Pull(DenseTable table, MobulaRuntime runtime, @Nullable Seat seat, KeyRange range) {
    this.table = table;
    this.runtime = runtime;
    this.seat = seat;
    this.range = range;
  }

  /** One whose answers are {@linkplain #add added}. */
  static Pull of(DenseTable table, MobulaRuntime runtime, @Nullable Seat seat, KeyRange range) {
    table.split().require(range);
    return new Pull(table, runtime, seat, range);
  }

  /**
   * Asks all shards that have some of the range.
   *
   * @param seat the worker's; null if nobody's
   */
  static Pull asked(DenseTable table, MobulaRuntime runtime, @Nullable Seat seat, KeyRange range) {
    var pull = of(table, runtime, seat, range);
    int id = table.spec().id();
    long worker = seat == null ? NOBODY : seat.worker();
    return Shards.reached(() -> {
      for (int shard : pull.shardsOf(range)) {
        var handle = table.shard(shard);
        pull.add(
            shard,
            isLarge(table, shard)
                ? runtime.remoteStage(handle.call(ShardActor::pullLarge, id, worker))
                : runtime.remoteStage(handle.call(ShardActor::pull, id, worker)));
      }
      return pull;
    });
  }

  static boolean isLarge(DenseTable table, int shard) {
    return table.spec().element().isLarge(table.split().length(shard));
  }

  private List<Integer> shardsOf(KeyRange some) {
    var result = new ArrayList<Integer>();
    var split = table.split();
    for (int shard = split.shardOf(some.from());
        shard < split.shards() && split.start(shard) < some.to();
        shard++) {
      result.add(shard);
    }
    return result;
  }

  void add(int shard, ObjectRef<?> answer) {
    asked.add(new Asked(shard, isLarge(table, shard), answer));
  }

  /** Whether {@link #await} would return or throw at once. */
  public boolean isReady() {
    return asked.stream().allMatch(each -> each.answer().isReady());
  }

  /**
   * Waits until the rule of the table lets this worker read, and for the parameters. Once.
   *
   * @throws io.mobula.ps.error.ServerClosedException when the server is no longer there
   * @throws io.mobula.ps.error.WorkerEvictedException when others have gone on without this worker
   */
  @SuppressWarnings("MustBeClosed") // by what is returned
  public Pulled await() {
    if (over) {
      throw new IllegalStateException(
          "These parameters were awaited, or closed, before: pull again.");
    }
    var arena = Arena.ofConfined();
    try {
      var parts = Shards.reached(() -> {
        var all = new ArrayList<Pulled.Part>(asked.size());
        for (var each : asked) {
          all.add(Pulled.Part.of(
              frame(each, arena),
              table.spec().element(),
              table.split().start(each.shard()),
              range));
        }
        return all;
      });
      return new Pulled(table.spec().element(), range, parts, arena);
    } catch (RuntimeException | Error e) {
      arena.close();
      throw e;
    } finally {
      close();
    }
  }

  private Frame frame(Asked each, Arena arena) {
    Shards.await(runtime, each.answer(), () -> lookAround(each.shard()));
    return each.large()
        ? Frame.read(((Tensor) each.answer().get(arena)).segment())
        : Frame.read((byte[]) each.answer().get());
  }

  private void lookAround(int shard) {
    if (seat != null) {
      seat.lookAround(shard);
    }
  }

  /** Forgets what was asked for. */
  @Override
  public void close() {
    over = true;
    asked.forEach(each -> each.answer().close());
  }
}
