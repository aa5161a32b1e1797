package io.mobula.ps;

import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;
import io.mobula.ResultForm;
import io.mobula.ps.internal.kernel.NumberArray;
import io.mobula.ps.internal.row.KeyHash;
import io.mobula.ps.internal.shard.ShardActor;
import io.mobula.ps.internal.shard.SparseFrame;
import io.mobula.ps.internal.shard.SparseSpec;
import io.mobula.tensor.DType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Sender of one sparse worker's gradients: builds the frames, sends them to the shards, and resends
 * those that were refused. A list of keys that was sent before is sent as its hash alone; where the
 * shard has forgotten the list, the keys are sent again. For one thread.
 */
final class SparsePushSender {
  private static final int LARGE = 64 << 10;
  private static final int LISTS = 32;
  private static final int WORTH_REMEMBERING = 16;

  private final SparseSpec table;
  private final MobulaRuntime runtime;
  private final WorkerSession session;
  private final Map<Long, Boolean> sentLists = new LinkedHashMap<>(16, 0.75f, true) {
    private static final long serialVersionUID = 1L;

    @Override
    protected boolean removeEldestEntry(Map.Entry<Long, Boolean> eldest) {
      return size() > LISTS * session.layout().size();
    }
  };

  SparsePushSender(SparseSpec table, MobulaRuntime runtime, WorkerSession session) {
    this.table = table;
    this.runtime = runtime;
    this.session = session;
  }

  /** Sends gradients as one push of the current step; does nothing if there are none. */
  void push(RowGradients gradients, long push) {
    if (!gradients.isEmpty()) {
      send(gradients, push, session.steps(), false);
    }
  }

  /** Refuses keys that {@link #push} would refuse. */
  void require(long[] keys) {
    KeyPartition.require(keys, table, session.layout().size());
  }

  private void send(RowGradients gradients, long push, long step, boolean withKeys) {
    var partition = KeyPartition.of(gradients.keys(), table, session.layout().size());
    ShardCalls.translateFailures(() -> {
      for (int shard = 0; shard < session.layout().size(); shard++) {
        if (partition.count(shard) > 0) {
          var sent = sealed(shard, partition, gradients.numbers(), push, step, withKeys);
          session.trackPush(shard, step, send(shard, sent), sent);
        }
      }
      return session;
    });
  }

  /**
   * Sends gradients, ends the step and asks for the rows of the same keys, in one message to each
   * shard.
   */
  void exchange(RowGradients gradients, RowPull pull) {
    long push = session.nextPush();
    long ended = session.steps();
    var partition = pull.partition();
    ShardCalls.translateFailures(() -> {
      for (int shard = 0; shard < session.layout().size(); shard++) {
        if (partition.count(shard) > 0) {
          var sent = sealed(shard, partition, gradients.numbers(), push, ended - 1, false);
          pull.add(shard, exchange(shard, sent, ended), sent);
        } else {
          session.tellClock(shard);
        }
      }
      return session;
    });
  }

  private ObjectRef<?> exchange(int shard, SentGradient sent, long ended) {
    var handle = session.layout().shards().get(shard);
    int id = table.id();
    return switch (sent.contents()) {
      case InFlightPush.HeapFrame heapFrame ->
        handle
            .call(ShardActor::exchangeRows, id, heapFrame.array(), ended)
            .remote(ResultForm.async());
      case InFlightPush.StoredFrame(var ref) ->
        handle.call(ShardActor::exchangeRowsLarge, id, ref, ended).remote(ResultForm.async());
    };
  }

  private ObjectRef<?> send(int shard, SentGradient sent) {
    var handle = session.layout().shards().get(shard);
    return switch (sent.contents()) {
      case InFlightPush.HeapFrame heapFrame ->
        handle.call(ShardActor::pushRows, table.id(), heapFrame.array()).remote(ResultForm.async());
      case InFlightPush.StoredFrame(var ref) ->
        handle.call(ShardActor::pushRowsLarge, table.id(), ref).remote(ResultForm.async());
    };
  }

  /** Row gradients that have been sent to one shard. */
  private final class SentGradient extends InFlightPush {
    private final long[] keys;
    private final long step;

    SentGradient(Contents contents, long push, long[] keys, long step) {
      super(contents, push);
      this.keys = keys;
      this.step = step;
    }

    @Override
    void resendAll(List<InFlightPush> all) {
      var parts = all.stream().map(SentGradient.class::cast).toList();
      var joined =
          parts.stream().flatMapToLong(part -> Arrays.stream(part.keys)).toArray();
      var gradients = RowGradients.room(table.numberType(), joined, table.width());
      int at = 0;
      for (var part : parts) {
        int count = part.keys.length * table.width();
        try (var arena = Arena.ofConfined()) {
          gradients.numbers().set(at, count, new SparseFrame(part.frame(arena)).numbers());
        }
        at += count;
        part.release();
      }
      send(gradients, push(), step, true);
    }

    @Override
    void onAcknowledged(@Nullable Object answer) {
      if (Boolean.TRUE.equals(answer)) {
        release();
      } else { // the shard has forgotten the list
        resendAll(List.of(this));
        session.pushFutures().settle(push());
      }
    }
  }

  // ---- frames

  private SentGradient sealed(
      int shard,
      KeyPartition partition,
      NumberArray gradients,
      long push,
      long step,
      boolean withKeys) {
    long[] keys = partition.keys(shard);
    long list = keys.length < WORTH_REMEMBERING ? 0 : nameOf(keys, shard);
    boolean known = list != 0 && sentLists.put(list, true) != null;
    boolean keysGo = withKeys || !known;
    long bytes = SparseFrame.sizeOf(keys.length, table.width(), table.numberType(), keysGo);
    if (bytes <= LARGE) {
      var array = new byte[(int) bytes];
      fill(MemorySegment.ofArray(array), shard, partition, gradients, list, step, keysGo);
      return new SentGradient(InFlightPush.HeapFrame.of(array), push, keys, step);
    }
    try (var room = runtime.create(bytes)) {
      fill(room.segment(), shard, partition, gradients, list, step, keysGo);
      return new SentGradient(
          new InFlightPush.StoredFrame(room.seal(DType.INT8, bytes)), push, keys, step);
    }
  }

  private void fill(
      MemorySegment memory,
      int shard,
      KeyPartition partition,
      NumberArray gradients,
      long list,
      long step,
      boolean withKeys) {
    var frame = new SparseFrame(memory);
    long[] keys = partition.keys(shard);
    frame.writeHeader(
        session.nextOrigin(shard, step),
        keys.length,
        table.width(),
        table.numberType(),
        list,
        withKeys);
    if (withKeys) {
      MemorySegment.copy(keys, 0, frame.keys(), ValueLayout.JAVA_LONG_UNALIGNED, 0, keys.length);
    }
    partition.gather(shard, gradients, frame.numbers(), table.width());
  }

  private static long nameOf(long[] keys, int shard) {
    long name = KeyHash.mix(keys.length + ((long) shard << 32));
    for (long key : keys) {
      name = (name ^ key) * 0x9e3779b97f4a7c15L;
      name ^= name >>> 29;
    }
    return name == 0 ? 1 : name;
  }
}
