package io.mobula.ps.internal.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.NodeId;
import io.mobula.ps.Partitioner;
import io.mobula.ps.clock.Consistency;
import io.mobula.ps.error.GradientException;
import io.mobula.ps.error.HeapException;
import io.mobula.ps.internal.heap.HeapAdmission;
import io.mobula.ps.internal.heap.LimitedHeap;
import io.mobula.ps.internal.kernel.NumberType;
import io.mobula.ps.internal.row.RowInitializer;
import io.mobula.ps.optimizer.Optimizers;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SparseShardTest {
  private static final long WORKER = 7;
  private static final long LIST = 3;
  private static final TablePart PART = new TablePart(1, 0, 1);

  private final SparseSpec spec = new SparseSpec(
      1,
      "rows",
      NumberType.DOUBLE,
      1,
      Optimizers.sgd(1),
      Consistency.asynchronous(),
      RowInitializer.ZERO,
      Partitioner.hash(),
      0);
  private final SparseShard shard = new SparseShard(spec, PART, HeapAdmission.ofThisJvm());

  @BeforeEach
  void join() {
    shard.join(WORKER, 0, new NodeId(1));
  }

  /** Creates a frame with a gradient of 1 for each key. */
  private static SparseFrame frame(
      long sequence, int layout, NumberType numberType, boolean follow, long... keys) {
    long bytes = SparseFrame.sizeOf(keys.length, 1, numberType, follow);
    var frame = new SparseFrame(MemorySegment.ofArray(new byte[(int) bytes]));
    frame.writeHeader(
        new PushOrigin(WORKER, sequence, 0, layout), keys.length, 1, numberType, LIST, follow);
    if (follow) {
      MemorySegment.copy(keys, 0, frame.keys(), ValueLayout.JAVA_LONG_UNALIGNED, 0, keys.length);
    }
    for (int i = 0; i < keys.length; i++) {
      numberType.set(frame.numbers(), i, 1);
    }
    return frame;
  }

  private static SparseFrame frame(long sequence, boolean follow, long... keys) {
    return frame(sequence, PART.layout(), NumberType.DOUBLE, follow, keys);
  }

  private Object exchanged(SparseFrame frame, long steps) {
    var came = shard.exchange(frame, steps).join();
    return came == null ? null : came.array();
  }

  @Test
  void anExchangeThatComesAgainCountsOnceAndIsAnswered() {
    assertThat(exchanged(frame(1, true, 5, 6, 5), 1)).isEqualTo(new double[] {-2, -1, -2});
    assertThat(exchanged(frame(1, true, 5, 6, 5), 1)).isEqualTo(new double[] {-2, -1, -2});
    assertThat(exchanged(frame(2, false, 5, 6, 5), 2)).isEqualTo(new double[] {-4, -2, -4});
    assertThat(shard.workers().endedSteps(WORKER)).isEqualTo(2);
    assertThat(shard.metrics().repeated()).isEqualTo(1);
  }

  @Test
  void nothingHasHappenedWhereTheListIsNotKnown() {
    assertThat(exchanged(frame(1, false, 5, 6), 1)).isNull();
    assertThat(shard.workers().endedSteps(WORKER)).isZero();
    assertThat(exchanged(frame(2, true, 5, 6), 1)).isEqualTo(new double[] {-1, -1});
  }

  @Test
  void oneThatWasTakenInButWhoseListIsForgottenIsNotToGoAgain() {
    exchanged(frame(1, true, 5, 6), 1);
    shard.forgetKeyLists();
    assertThatThrownBy(() -> exchanged(frame(1, false, 5, 6), 1))
        .isInstanceOfSatisfying(
            ParametersMovedException.class,
            moved -> assertThat(moved.wasTaken()).isTrue());
  }

  @Test
  void anExchangeForAnotherLayoutIsToGoAgain() {
    assertThatThrownBy(() -> exchanged(frame(1, 2, NumberType.DOUBLE, true, 5), 1))
        .isInstanceOfSatisfying(
            ParametersMovedException.class,
            moved -> assertThat(moved.wasTaken()).isFalse());
    shard.freeze();
    assertThatThrownBy(() -> exchanged(frame(1, true, 5), 1))
        .isInstanceOf(ParametersMovedException.class);
    assertThat(shard.rows()).isZero();
  }

  @Test
  void refusesNumbersOfAnotherSize() {
    assertThatThrownBy(() -> shard.push(frame(1, 1, NumberType.FLOAT, true, 5)))
        .isInstanceOf(GradientException.class)
        .hasMessageContaining("of 4 bytes");
  }

  @Test
  void refusesRowsForWhichThereIsNoHeapAndGoesOnWithThoseItHas() {
    var heap = new LimitedHeap();
    var limited = new SparseShard(spec, PART, heap.room());
    limited.join(WORKER, 0, new NodeId(1));
    long[] known = LongStream.range(0, 30_000).toArray();
    limited.push(frame(1, true, known));
    heap.freeBytes(1 << 20);
    assertThatThrownBy(
            () -> limited.push(frame(2, true, LongStream.range(30_000, 90_000).toArray())))
        .isInstanceOf(HeapException.class)
        .hasMessageContaining("a push of 60000 rows to sparse table rows of 1 doubles a row")
        .hasMessageContaining("on shard 0 of 1");
    assertThat(limited.rows()).isEqualTo(30_000);
    limited.push(frame(2, true, known)); // all have rows
    assertThat(
            (double[]) limited.pull(WORKER, 1, 0, new long[] {7, 60_000}).join().array())
        .containsExactly(-2, 0);
  }

  @Test
  void refusesABlockForWhichThereIsNoHeap() {
    shard.push(frame(1, true, LongStream.range(0, 100_000).toArray()));
    var selection = new SnapshotSelection.All();
    var memory = MemorySegment.ofArray(new byte[(int) shard.sizeOf(selection)]);
    shard.write(selection, SnapshotOutput.to(memory));
    var limited =
        new SparseShard(spec, PART, new LimitedHeap().freeBytes(1 << 20).room());
    assertThatThrownBy(
            () -> limited.adopt(ShardSnapshot.read(memory), TableShard.SnapshotOrigin.MOVED))
        .isInstanceOf(HeapException.class)
        .hasMessageContaining("100000 more rows of sparse table rows");
    assertThat(limited.rows()).isZero();
  }
}
