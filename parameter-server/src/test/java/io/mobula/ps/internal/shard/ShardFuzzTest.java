package io.mobula.ps.internal.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.NodeId;
import io.mobula.ps.Partitioner;
import io.mobula.ps.clock.Consistency;
import io.mobula.ps.compression.Compression;
import io.mobula.ps.error.ParameterServerException;
import io.mobula.ps.internal.compression.GradientCodec;
import io.mobula.ps.internal.heap.HeapAdmission;
import io.mobula.ps.internal.kernel.NumberType;
import io.mobula.ps.internal.row.RowInitializer;
import io.mobula.ps.optimizer.Aggregator;
import io.mobula.ps.optimizer.Optimizers;
import io.mobula.testkit.fault.ByteFuzzer;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Tests that a shard applies or refuses altered gradients, rows and snapshots. The first byte of an
 * input selects the kind.
 */
class ShardFuzzTest {
  private static final int LENGTH = 200;
  private static final long WORKER = 7;
  private static final TablePart PART = new TablePart(1, 0, 1);
  private static final int RENEWED_AFTER = 500;

  private DenseShard dense = dense(Compression.none());
  private DenseShard packed = dense(Compression.topK(0.1).lz4());
  private SparseShard sparse = sparse();
  private long handled;

  private static DenseShard dense(Compression compression) {
    var spec = new DenseSpec(
        1,
        "weights",
        NumberType.FLOAT,
        LENGTH,
        Optimizers.adam(0.01),
        Consistency.asynchronous(),
        compression,
        GradientLimits.NONE,
        Aggregator.mean());
    var shard = new DenseShard(null, spec, PART, HeapAdmission.ofThisJvm());
    shard.join(WORKER, 0, new NodeId(1));
    return shard;
  }

  private static SparseShard sparse() {
    var spec = new SparseSpec(
        2,
        "rows",
        NumberType.FLOAT,
        2,
        Optimizers.adam(0.01),
        Consistency.asynchronous(),
        RowInitializer.ZERO,
        Partitioner.hash(),
        0);
    var shard = new SparseShard(spec, PART, HeapAdmission.ofThisJvm());
    shard.join(WORKER, 0, new NodeId(1));
    return shard;
  }

  private static byte[] push(int kind, byte[] numbers, int count, boolean compressed) {
    var bytes = new byte[1 + DenseFrame.HEADER_BYTES + numbers.length];
    bytes[0] = (byte) kind;
    System.arraycopy(numbers, 0, bytes, 1 + DenseFrame.HEADER_BYTES, numbers.length);
    new DenseFrame(MemorySegment.ofArray(bytes).asSlice(1))
        .writePushHeader(new PushOrigin(WORKER, 1, 0, PART.layout()), 0, count, 1, compressed);
    return bytes;
  }

  private static byte[] rows() {
    long[] keys = {5, 6, 1L << 40};
    var bytes = new byte[1 + (int) SparseFrame.sizeOf(keys.length, 2, NumberType.FLOAT, true)];
    bytes[0] = 2;
    var frame = new SparseFrame(MemorySegment.ofArray(bytes).asSlice(1));
    frame.writeHeader(
        new PushOrigin(WORKER, 1, 0, PART.layout()), keys.length, 2, NumberType.FLOAT, 3, true);
    MemorySegment.copy(keys, 0, frame.keys(), ValueLayout.JAVA_LONG_UNALIGNED, 0, keys.length);
    return bytes;
  }

  private static byte[] block(int kind, TableShard of) {
    var selection = new SnapshotSelection.All();
    var bytes = new byte[1 + (int) of.sizeOf(selection)];
    bytes[0] = (byte) kind;
    of.write(selection, SnapshotOutput.to(MemorySegment.ofArray(bytes).asSlice(1)));
    return bytes;
  }

  @Tag("fuzz")
  @Test
  void whatAShardIsSentIsTakenInOrRefused() {
    var gradient = new float[LENGTH];
    Arrays.fill(gradient, 0.5f);
    var encoded = GradientCodec.of(Compression.topK(0.1).lz4()).encoder(LENGTH).encode(gradient, 0);
    sparse.push(SparseFrame.read(MemorySegment.ofArray(rows()).asSlice(1)));
    ByteFuzzer.fuzz(
        "gradients, rows and blocks of shards",
        List.of(
            push(0, new byte[LENGTH * Float.BYTES], LENGTH, false),
            push(1, encoded, LENGTH, true),
            rows(),
            block(3, dense),
            block(4, sparse)),
        this::handle);
  }

  private void handle(byte[] input) {
    if (input.length == 0) {
      return;
    }
    if (++handled % RENEWED_AFTER == 0) { // or its rows would grow as long as the search lasts
      dense = dense(Compression.none());
      packed = dense(Compression.topK(0.1).lz4());
      sparse = sparse();
    }
    var memory = MemorySegment.ofArray(Arrays.copyOfRange(input, 1, input.length));
    try {
      switch (input[0] & 0xff) {
        case 0 -> dense.push(DenseFrame.read(memory));
        case 1 -> packed.push(DenseFrame.read(memory));
        case 2 -> sparse.push(SparseFrame.read(memory));
        case 3 -> dense.adopt(ShardSnapshot.read(memory), TableShard.SnapshotOrigin.MOVED);
        default -> sparse.adopt(ShardSnapshot.read(memory), TableShard.SnapshotOrigin.MOVED);
      }
    } catch (ParameterServerException
        | ParametersMovedException
        | IllegalArgumentException refused) {
      assertThat(refused.getMessage()).isNotBlank();
    }
  }

  @Test
  void aBlockIsRefusedThatSpeaksOfOtherNumbersThanItHas() {
    var bytes = block(3, dense);
    var whole = MemorySegment.ofArray(bytes).asSlice(1);
    dense.adopt(ShardSnapshot.read(whole), TableShard.SnapshotOrigin.MOVED);
    var cut = whole.asSlice(0, whole.byteSize() - 64);
    assertThatThrownBy(() -> dense.adopt(ShardSnapshot.read(cut), TableShard.SnapshotOrigin.MOVED))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("bytes follow");
    assertThatThrownBy(
            () -> sparse.adopt(ShardSnapshot.read(whole), TableShard.SnapshotOrigin.MOVED))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Wanted a snapshot of rows");
    assertThatThrownBy(() -> ShardSnapshot.read(whole.asSlice(0, 40)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("cut off");
  }
}
