package io.mobula.ps;

import io.mobula.DType;
import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;
import io.mobula.ps.kernel.Numbers;
import io.mobula.ps.row.KeyHash;
import io.mobula.ps.shard.Rows;
import io.mobula.ps.shard.ShardActor;
import io.mobula.ps.shard.SparseSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The frames of one worker's gradients of rows, and their way to the shards. A list of keys that
 * was sent before goes as its name alone; where a shard has forgotten it, all goes again. For one
 * thread.
 */
final class SparsePushes {
  private static final int LARGE = 64 << 10;
  private static final int LISTS = 32;
  private static final int WORTH_REMEMBERING = 16;

  private final SparseSpec table;
  private final MobulaRuntime runtime;
  private final Seat seat;
  private final Map<Long, Boolean> sentLists = new LinkedHashMap<>(16, 0.75f, true) {
    private static final long serialVersionUID = 1L;

    @Override
    protected boolean removeEldestEntry(Map.Entry<Long, Boolean> eldest) {
      return size() > LISTS * seat.layout().size();
    }
  };

  SparsePushes(SparseSpec table, MobulaRuntime runtime, Seat seat) {
    this.table = table;
    this.runtime = runtime;
    this.seat = seat;
  }

  /** Sends gradients as one push of the present step; nothing if there are none. */
  void push(RowGradients gradients, long push) {
    if (!gradients.isEmpty()) {
      send(gradients, push, seat.steps(), false);
    }
  }

  /** Refuses keys that {@link #push} would refuse. */
  void require(long[] keys) {
    Shares.require(keys, table.placement(), seat.layout().size());
  }

  private void send(RowGradients gradients, long push, long step, boolean withKeys) {
    var shares = Shares.of(gradients.keys(), table.placement(), seat.layout().size());
    Shards.reached(() -> {
      for (int shard = 0; shard < seat.layout().size(); shard++) {
        if (shares.count(shard) > 0) {
          var sent = sealed(shard, shares, gradients.numbers(), push, step, withKeys);
          seat.sent(shard, step, send(shard, sent), sent);
        }
      }
      return seat;
    });
  }

  /** Sends gradients, says that the step has ended, and asks for their rows; all in one. */
  void exchange(RowGradients gradients, RowPull pull) {
    long push = seat.nextPush();
    long ended = seat.steps();
    var shares = pull.shares();
    Shards.reached(() -> {
      for (int shard = 0; shard < seat.layout().size(); shard++) {
        if (shares.count(shard) > 0) {
          var sent = sealed(shard, shares, gradients.numbers(), push, ended - 1, false);
          pull.add(shard, exchange(shard, sent, ended), sent);
        } else {
          seat.tellClock(shard);
        }
      }
      return seat;
    });
  }

  private ObjectRef<?> exchange(int shard, Sent sent, long ended) {
    var handle = seat.layout().shards().get(shard);
    int id = table.id();
    return switch (sent.contents()) {
      case Parcel.Bytes bytes ->
        Mobula.remoteStage(handle.call(ShardActor::exchangeRows, id, bytes.array(), ended));
      case Parcel.Stored(var ref) ->
        Mobula.remoteStage(handle.call(ShardActor::exchangeRowsLarge, id, ref, ended));
    };
  }

  private ObjectRef<?> send(int shard, Sent sent) {
    var handle = seat.layout().shards().get(shard);
    return switch (sent.contents()) {
      case Parcel.Bytes bytes ->
        Mobula.remoteStage(handle.call(ShardActor::pushRows, table.id(), bytes.array()));
      case Parcel.Stored(var ref) ->
        Mobula.remoteStage(handle.call(ShardActor::pushRowsLarge, table.id(), ref));
    };
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
      var gradients = RowGradients.room(table.element(), joined, table.width());
      int at = 0;
      for (var part : parts) {
        int count = part.keys.length * table.width();
        try (var arena = Arena.ofConfined()) {
          gradients.numbers().set(at, count, new Rows(part.frame(arena)).numbers());
        }
        at += count;
        part.release();
      }
      send(gradients, push(), step, true);
    }

    @Override
    void taken(@Nullable Object answer) {
      if (Boolean.TRUE.equals(answer)) {
        release();
      } else { // the shard has forgotten the list
        again(List.of(this));
        seat.receipts().settle(push());
      }
    }
  }

  // ---- frames

  private Sent sealed(
      int shard, Shares shares, Numbers gradients, long push, long step, boolean withKeys) {
    long[] keys = shares.keys(shard);
    long list = keys.length < WORTH_REMEMBERING ? 0 : nameOf(keys, shard);
    boolean known = list != 0 && sentLists.put(list, true) != null;
    boolean keysGo = withKeys || !known;
    long bytes = Rows.sizeOf(keys.length, table.width(), table.element(), keysGo);
    if (bytes <= LARGE) {
      var array = new byte[(int) bytes];
      fill(MemorySegment.ofArray(array), shard, shares, gradients, list, step, keysGo);
      return new Sent(Parcel.Bytes.of(array), push, keys, step);
    }
    try (var room = runtime.create(bytes)) {
      fill(room.segment(), shard, shares, gradients, list, step, keysGo);
      return new Sent(new Parcel.Stored(room.seal(DType.INT8, bytes)), push, keys, step);
    }
  }

  private void fill(
      MemorySegment memory,
      int shard,
      Shares shares,
      Numbers gradients,
      long list,
      long step,
      boolean withKeys) {
    var rows = new Rows(memory);
    long[] keys = shares.keys(shard);
    rows.head(seat.next(shard, step), keys.length, table.width(), table.element(), list, withKeys);
    if (withKeys) {
      MemorySegment.copy(keys, 0, rows.keys(), ValueLayout.JAVA_LONG_UNALIGNED, 0, keys.length);
    }
    shares.gather(shard, gradients, rows.numbers(), table.width());
  }

  private static long nameOf(long[] keys, int shard) {
    long name = KeyHash.mixed(keys.length + ((long) shard << 32));
    for (long key : keys) {
      name = (name ^ key) * 0x9e3779b97f4a7c15L;
      name ^= name >>> 29;
    }
    return name == 0 ? 1 : name;
  }
}
