package io.mobula.ps;

import io.mobula.MobulaRuntime;
import io.mobula.ResultForm;
import io.mobula.ps.error.GradientException;
import io.mobula.ps.internal.kernel.NumberType;
import io.mobula.ps.internal.shard.PushOrigin;
import io.mobula.ps.internal.shard.ShardActor;
import io.mobula.ps.internal.shard.ShardLayout;
import io.mobula.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Initial weights of a dense table, which its shards are sent in the frames of a push. */
@SuppressWarnings("ArrayRecordComponent") // never compared
record InitialWeights(float[] weights) {
  /** Refuses numbers that are not finite. */
  InitialWeights {
    long bad = NumberType.FLOAT.firstNotFinite(MemorySegment.ofArray(weights));
    if (bad >= 0) {
      throw GradientException.ofNumber("the first weights", bad, weights[(int) bad]);
    }
  }

  /** Sends each shard its weights of a new table, and waits until it has them. */
  void send(DenseTable table, ShardLayout layout, MobulaRuntime runtime) {
    var rangePartition = table.partitionOf(layout);
    try (var slot = new GradientSlot(runtime, table.spec(), rangePartition, table.whole(), false)) {
      slot.set(weights);
      ShardCalls.translateFailures(() -> {
        slot.take().forEach(slice -> send(table, layout, slice));
        return table;
      });
    }
  }

  private static void send(DenseTable table, ShardLayout layout, GradientSlot.GradientSlice slice) {
    var shard = layout.shards().get(slice.shard());
    int id = table.spec().id();
    int count = (int) slice.count(table.spec().numberType());
    slice
        .frame()
        .writePushHeader(new PushOrigin(0, 0, 0, layout.version()), slice.local(), count, 1, false);
    var memory = slice.frame().memory();
    if (slice.room() == null) {
      var bytes = memory.toArray(ValueLayout.JAVA_BYTE);
      ShardCalls.getAndClose(shard.call(ShardActor::start, id, bytes).remote(ResultForm.async()));
      return;
    }
    try (var stored = slice.room().seal(DType.INT8, memory.byteSize())) {
      ShardCalls.getAndClose(
          shard.call(ShardActor::startLarge, id, stored).remote(ResultForm.async()));
    }
  }
}
