package io.mobula.ps;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;
import io.mobula.Tensor;
import io.mobula.ps.shard.ForgottenException;
import io.mobula.ps.shard.Frame;
import io.mobula.ps.shard.Layout;
import io.mobula.ps.shard.MovedException;
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

  /** How often parameters are asked for again that have moved. */
  private static final int MOST_MOVES = 100;

  private final DenseTable table;
  private final MobulaRuntime runtime;
  private final @Nullable Seat seat;
  private final KeyRange range;
  private final List<Asked> asked = new ArrayList<>();
  private boolean over;

  /**
   * What one shard was asked for: bytes, or a tensor where its range is large.
   *
   * @param parcel the push that went with it; null if none did
   */
  private record Asked(
      int shard,
      boolean large,
      ObjectRef<?> answer,
      @Nullable Parcel parcel) {}

  private Pull(DenseTable table, MobulaRuntime runtime, @Nullable Seat seat, KeyRange range) {
    this.table = table;
    this.runtime = runtime;
    this.seat = seat;
    this.range = range;
  }

  /** One whose answers are {@linkplain #add added}. */
  static Pull of(DenseTable table, MobulaRuntime runtime, @Nullable Seat seat, KeyRange range) {
    range.requireWithin(table.size());
    return new Pull(table, runtime, seat, range);
  }

  /**
   * Asks all shards that have some of the range.
   *
   * @param seat the worker's; null if nobody's
   */
  static Pull asked(DenseTable table, MobulaRuntime runtime, @Nullable Seat seat, KeyRange range) {
    var pull = of(table, runtime, seat, range);
    pull.ask();
    return pull;
  }

  private void ask() {
    int id = table.spec().id();
    long worker = seat == null ? NOBODY : seat.worker();
    long steps = seat == null ? 0 : seat.steps();
    var layout = layout();
    var split = table.splitOf(layout);
    asked.clear();
    Shards.reached(() -> {
      for (int shard = split.shardOf(range.from());
          shard < split.shards() && split.start(shard) < range.to();
          shard++) {
        var handle = layout.shards().get(shard);
        add(
            shard,
            table.spec().element().isLarge(split.length(shard))
                ? Mobula.remoteStage(
                    handle.call(ShardActor::pullLarge, id, worker, layout.version(), steps))
                : Mobula.remoteStage(
                    handle.call(ShardActor::pull, id, worker, layout.version(), steps)),
            null);
      }
      return asked;
    });
  }

  private Layout layout() {
    return seat == null ? table.reach().layout() : seat.layout();
  }

  void add(int shard, ObjectRef<?> answer, @Nullable Parcel parcel) {
    boolean large = table.spec().element().isLarge(table.splitOf(layout()).length(shard));
    asked.add(new Asked(shard, large, answer, parcel));
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
  public Pulled await() {
    if (over) {
      throw new IllegalStateException(
          "These parameters were awaited, or closed, before: pull again.");
    }
    try {
      for (int i = 1; ; i++) {
        var refused = new Seat.Refused();
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

  private void askAgain(Seat.Refused refused) {
    forget();
    if (seat == null) {
      table.reach().refresh();
    } else {
      seat.recover(refused);
    }
    ask();
  }

  @SuppressWarnings("MustBeClosed") // by what is returned
  private @Nullable Pulled collected(Seat.Refused refused) {
    var arena = Arena.ofConfined();
    try {
      var parts = new ArrayList<Pulled.Part>(asked.size());
      for (var each : asked) {
        collect(each, arena, parts, refused);
      }
      if (!refused.any()) {
        return new Pulled(table.spec().element(), range, parts, arena);
      }
      arena.close();
      return null;
    } catch (RuntimeException | Error e) {
      arena.close();
      throw e;
    }
  }

  private void collect(Asked each, Arena arena, List<Pulled.Part> into, Seat.Refused refused) {
    try {
      var frame = Shards.reached(() -> frame(each, arena));
      long start = table.splitOf(layout()).start(each.shard());
      into.add(Pulled.Part.of(frame, table.spec().element(), start, range));
      release(each);
    } catch (MovedException e) {
      refused.moved(each.parcel() == null || e.wasTaken() ? Parcel.NOTHING : each.parcel());
    } catch (ForgottenException e) {
      refused.forgotten(each.parcel() == null ? Parcel.NOTHING : each.parcel());
    }
  }

  private static void release(Asked each) {
    var parcel = each.parcel();
    if (parcel != null) {
      parcel.release();
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
    forget();
  }

  private void forget() {
    asked.forEach(each -> each.answer().close());
    asked.clear();
  }
}
