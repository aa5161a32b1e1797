package io.mobula.ps.internal.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Table of random four-byte items, with the shards that write it. */
final class SampleTable {
  static final String SHAPE = "dense float, 2 state vectors";
  private static final int EACH = 4;

  private final String name;
  private final byte[] items;

  private SampleTable(String name, byte[] items) {
    this.name = name;
    this.items = items;
  }

  static SampleTable of(String name, int size, Random random) {
    var items = new byte[size * EACH];
    random.nextBytes(items);
    return new SampleTable(name, items);
  }

  /** Returns a table of another name with these items. */
  SampleTable called(String other) {
    return new SampleTable(other, items);
  }

  long size() {
    return items.length / EACH;
  }

  /** Writes one checkpoint by that many shards. */
  Path write(TableCheckpoints checkpoints, long number, int shards) {
    var draft = checkpoints.begin(number);
    return checkpoints.commit(draft, manifest(parts(draft, shards)));
  }

  List<CheckpointPart> parts(Path draft, int shards) {
    var parts = new ArrayList<CheckpointPart>();
    for (int shard = 0; shard < shards; shard++) {
      parts.add(part(draft, shard, start(shard, shards), start(shard + 1, shards)));
    }
    return parts;
  }

  /** Returns where a shard's range begins; ranges are uneven, and the first of many are empty. */
  long start(int shard, int shards) {
    return size() * shard * shard / ((long) shards * shards);
  }

  CheckpointPart part(Path draft, int shard, long from, long to) {
    byte[] bytes = bytes(shard, from, to);
    try (var writer = PartWriter.create(draft, shard, from, to, bytes.length)) {
      var all = MemorySegment.ofArray(bytes);
      writer.write(memory(all.asSlice(0, shard), 0));
      long half = (to - from) / 2 * EACH;
      writer.write(memory(all.asSlice(shard, half), shard % 3));
      writer.write(memory(all.asSlice(shard + half), (shard + 1) % 3));
      return writer.finish();
    }
  }

  /** Returns the bytes that a shard writes: as many padding bytes as its index, then its items. */
  byte[] bytes(int shard, long from, long to) {
    var bytes = new byte[shard + (int) (to - from) * EACH];
    Arrays.fill(bytes, 0, shard, (byte) 0x5a);
    System.arraycopy(items, (int) from * EACH, bytes, shard, bytes.length - shard);
    return bytes;
  }

  /** Copies bytes to off-heap memory, to an array of bytes, or to an array of floats. */
  private static MemorySegment memory(MemorySegment bytes, int kind) {
    return switch (kind) {
      case 0 -> Arena.ofAuto().allocate(bytes.byteSize(), 1).copyFrom(bytes);
      case 1 -> bytes;
      default -> MemorySegment.ofArray(new float[(int) bytes.byteSize() / EACH]).copyFrom(bytes);
    };
  }

  CheckpointManifest manifest(List<CheckpointPart> parts) {
    return new CheckpointManifest(
        CheckpointManifest.VERSION, name, SHAPE, "Adam[rate=0.001]", size(), 1000, parts);
  }

  /** Fails unless the checkpoint contains every byte of this table. */
  void requireIn(Path checkpoint, String when) {
    var reader = CheckpointReader.open(checkpoint);
    reader.verify();
    var parts = reader.manifest().parts();
    for (int shard = 0; shard < parts.size(); shard++) {
      var part = parts.get(shard);
      assertThat(read(reader, part)).as(when).isEqualTo(bytes(shard, part.from(), part.to()));
    }
  }

  /** Returns the bytes of a part, read from mapped memory. */
  static byte[] read(CheckpointReader reader, CheckpointPart part) {
    try (var arena = Arena.ofConfined()) {
      return reader.map(part, arena).toArray(ValueLayout.JAVA_BYTE);
    }
  }
}
