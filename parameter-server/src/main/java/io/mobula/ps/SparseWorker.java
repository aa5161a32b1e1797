package io.mobula.ps;

import io.mobula.DType;
import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;
import io.mobula.ps.error.GradientException;
import io.mobula.ps.error.KeyException;
import io.mobula.ps.kernel.Element;
import io.mobula.ps.row.KeyHash;
import io.mobula.ps.shard.ForgottenException;
import io.mobula.ps.shard.MovedException;
import io.mobula.ps.shard.Rows;
import io.mobula.ps.shard.ShardActor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One worker's way to a sparse table: pulls rows, pushes gradients of rows without waiting for
 * them, a bounded number at a time, and says when it has ended a step. For one thread; it stays
 * where it was made.
 *
 * <p>Keys may come in any order. A key that comes twice in a push is pushed the sum of its
 * gradients; one that comes twice in a pull is given twice. A list of keys that was pushed before
 * travels as its hash alone (Li et al., OSDI 2014, section 4).
 */
public final class SparseWorker implements AutoCloseable {
  private static final int LARGE = 64 << 10;
  private static final int LISTS = 32;
  private static final int WORTH_REMEMBERING = 16;
  private static final int MOST_MOVES = 100;

  private final SparseTable table;
  private final MobulaRuntime runtime;
  private final Seat seat;
  private final int width;
  private final @Nullable HotRows hot;
  private final Map<Long, Boolean> sentLists = new LinkedHashMap<>(16, 0.75f, true) {
    private static final long serialVersionUID = 1L;

    @Override
    protected boolean removeEldestEntry(Map.Entry<Long, Boolean> eldest) {
      return size() > LISTS * table.shards();
    }
  };

  private SparseWorker(SparseTable table, MobulaRuntime runtime, Seat seat) {
    this.table = table;
    this.runtime = runtime;
    this.seat = seat;
    this.width = table.width();
    this.hot =
        table.spec().hotKeys() == 0 ? null : new HotRows(width, table.spec().hotKeys());
  }

  static SparseWorker join(SparseTable table, MobulaRuntime runtime, int rank, int maxInFlight) {
    var seat = new Seat(table.spec(), table.reach(), runtime, rank, maxInFlight);
    seat.join();
    return new SparseWorker(table, runtime, seat);
  }

  /** Tells it from other workers. */
  public int rank() {
    return seat.rank();
  }

  /** How many steps it has ended. */
  public long steps() {
    return seat.steps();
  }

  // ---- pull

  /**
   * Waits for rows, one after the other in the order of the keys; and before, if the table's rule
   * wants it, for slower workers.
   */
  public float[] pull(long... keys) {
    seat.requireOpen();
    return hot == null ? asked(keys) : hot.filled(keys, asked(hot.missing(keys)));
  }

  private float[] asked(long[] keys) {
    for (int i = 1; ; i++) {
      var refused = new Seat.Refused();
      var rows = pull(keys, refused);
      if (!refused.any()) {
        return rows;
      }
      if (i == MOST_MOVES) {
        throw new IllegalStateException(
            "The rows of " + table.name() + " have moved " + i + " times meanwhile.");
      }
      seat.recover(refused);
    }
  }

  private float[] pull(long[] keys, Seat.Refused refused) {
    var layout = seat.layout();
    var shares = sharesOf(keys);
    return Shards.reached(() -> {
      var asked = new ObjectRef<?>[layout.size()];
      for (int shard = 0; shard < asked.length; shard++) {
        if (shares.count(shard) > 0) {
          asked[shard] = Mobula.remoteStage(layout
              .shards()
              .get(shard)
              .call(
                  ShardActor::pullRows,
                  table.spec().id(),
                  seat.worker(),
                  layout.version(),
                  seat.steps(),
                  shares.keys(shard)));
        }
      }
      return gathered(asked, shares, keys.length, refused);
    });
  }

  private Shares sharesOf(long[] keys) {
    return Shares.of(keys, table.spec().placement(), seat.layout().size());
  }

  private float[] gathered(
      @Nullable ObjectRef<?>[] asked, Shares shares, int keys, Seat.Refused refused) {
    var result = new float[Math.multiplyExact(keys, width)];
    for (int i = 0; i < asked.length; i++) {
      var ref = asked[i];
      if (ref != null) {
        gather(ref, i, shares, result, refused);
      }
    }
    return result;
  }

  private void gather(
      ObjectRef<?> ref, int shard, Shares shares, float[] result, Seat.Refused refused) {
    try {
      Shards.await(runtime, ref, () -> seat.lookAround(shard));
      var rows = (float[]) Objects.requireNonNull(Shards.reached(() -> Shards.taken(ref)));
      shares.scatter(shard, rows, result, width);
    } catch (MovedException e) {
      refused.moved(Parcel.NOTHING);
    } catch (ForgottenException e) {
      refused.forgotten(Parcel.NOTHING);
    }
  }

  // ---- push

  /**
   * Sends gradients of rows, to be applied by the shards, and returns. Waits only for the oldest
   * push when too many are under way; its failure is thrown then.
   *
   * @param gradients row by row, as many numbers for each key as a row has
   * @throws KeyException when there are not as many gradients as the keys want, or a key is none of
   *     the table's; nothing was sent
   * @throws GradientException when a number is not finite; nothing was sent
   */
  public void push(long[] keys, float[] gradients) {
    seat.requireOpen();
    if (gradients.length != (long) keys.length * width) {
      throw new KeyException(
          "Got " + gradients.length + " numbers for " + keys.length + " keys of " + table.spec()
              + ": push " + width + " for each key.",
          null);
    }
    long bad = Element.FLOAT.firstNotFinite(MemorySegment.ofArray(gradients));
    if (bad >= 0) {
      throw GradientException.ofNumber(
          "the gradients of " + table.spec(), bad, gradients[(int) bad]);
    }
    if (hot == null) {
      send(keys, gradients);
    } else {
      var others = hot.keep(keys, gradients);
      send(others.list(), others.numbers());
      if (hot.isFull()) {
        sendHot();
      }
    }
    seat.settle();
  }

  private void send(long[] keys, float[] gradients) {
    if (keys.length > 0) {
      send(sharesOf(keys), gradients, seat.nextPush(), seat.steps(), false);
    }
  }

  private void sendHot() {
    if (hot != null) {
      var sums = hot.take();
      send(sums.list(), sums.numbers());
    }
  }

  private void send(Shares shares, float[] gradients, long push, long step, boolean withKeys) {
    Shards.reached(() -> {
      for (int shard = 0; shard < seat.layout().size(); shard++) {
        if (shares.count(shard) > 0) {
          send(shard, shares, gradients, push, step, withKeys);
        }
      }
      return seat;
    });
  }

  private void send(
      int shard, Shares shares, float[] gradients, long push, long step, boolean withKeys) {
    long list = shares.count(shard) < WORTH_REMEMBERING ? 0 : nameOf(shares.keys(shard), shard);
    boolean known = list != 0 && sentLists.put(list, true) != null;
    boolean keysGo = withKeys || !known;
    long bytes = Rows.sizeOf(shares.count(shard), width, keysGo);
    var handle = seat.layout().shards().get(shard);
    int id = table.spec().id();
    if (bytes <= LARGE) {
      var array = new byte[(int) bytes];
      fill(MemorySegment.ofArray(array), shard, shares, gradients, list, step, keysGo);
      seat.sent(
          shard,
          step,
          Mobula.remoteStage(handle.call(ShardActor::pushRows, id, array)),
          new Sent(Parcel.Bytes.of(array), push, shares.keys(shard), step));
      return;
    }
    try (var room = runtime.create(bytes)) {
      fill(room.segment(), shard, shares, gradients, list, step, keysGo);
      var stored = room.seal(DType.INT8, bytes);
      var sent = new Sent(new Parcel.Stored(stored), push, shares.keys(shard), step);
      seat.sent(
          shard,
          step,
          Mobula.remoteStage(handle.call(ShardActor::pushRowsLarge, id, stored)),
          sent);
    }
  }

  /** Gradients of rows on their way to one shard. */
  private final class Sent extends Parcel {
    private final long[] keys;
    private final long step;

    Sent(Contents contents, long push, long[] keys, long step) {
      super(contents, push);
      this.keys = keys;
      this.step = step;
    }

    @Override
    void again(List<Parcel> all) {
      var parts = all.stream().map(Sent.class::cast).toList();
      var joined =
          parts.stream().flatMapToLong(part -> Arrays.stream(part.keys)).toArray();
      var numbers = new float[joined.length * width];
      int at = 0;
      for (var part : parts) {
        try (var arena = Arena.ofConfined()) {
          int count = part.keys.length * width;
          MemorySegment.copy(
              new Rows(part.frame(arena)).numbers(),
              ValueLayout.JAVA_FLOAT_UNALIGNED,
              0,
              numbers,
              at,
              count);
          at += count;
        }
        part.release();
      }
      send(sharesOf(joined), numbers, push(), step, true);
    }

    @Override
    void taken(@Nullable Object answer) {
      if (Boolean.TRUE.equals(answer)) {
        release();
      } else { // the shard has forgotten the list
        again(List.of(this));
      }
    }
  }

  private void fill(
      MemorySegment memory,
      int shard,
      Shares shares,
      float[] gradients,
      long list,
      long step,
      boolean withKeys) {
    var rows = new Rows(memory);
    rows.head(seat.next(shard, step), shares.count(shard), width, list, withKeys);
    if (withKeys) {
      var keys = shares.keys(shard);
      MemorySegment.copy(keys, 0, rows.keys(), ValueLayout.JAVA_LONG_UNALIGNED, 0, keys.length);
    }
    shares.gather(shard, gradients, rows.numbers(), width);
  }

  private static long nameOf(long[] keys, int shard) {
    long name = KeyHash.mixed(keys.length + ((long) shard << 32));
    for (long key : keys) {
      name = (name ^ key) * 0x9e3779b97f4a7c15L;
      name ^= name >>> 29;
    }
    return name == 0 ? 1 : name;
  }

  // ---- steps

  /** Waits until the step's pushes are taken in, and ends it; see {@link Worker#clock}. */
  public void clock() {
    sendHot();
    seat.drain();
    seat.clock();
    if (hot != null) {
      hot.clock();
    }
  }

  /** Waits until all pushes are taken in; throws the failure of the first that was not. */
  public void flush() {
    sendHot();
    seat.drain();
  }

  /** Leaves, so that nobody waits for this worker, when all pushes are taken in. */
  @Override
  public void close() {
    sendHot();
    seat.leave();
  }
}
