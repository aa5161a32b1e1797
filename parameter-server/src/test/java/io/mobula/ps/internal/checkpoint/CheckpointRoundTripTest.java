package io.mobula.ps.internal.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.ps.error.CheckpointException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointRoundTripTest {
  @TempDir
  Path root;

  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);

  @BeforeEach
  void printSeed() {
    System.out.println("CheckpointRoundTripTest seed " + seed);
  }

  private CheckpointReader written(SampleTable table, int shards) {
    return CheckpointReader.open(table.write(TableCheckpoints.of(root, "t"), 1, shards));
  }

  @Test
  void givesBackWhatAnyNumberOfShardsHasWritten() {
    for (int shards = 1; shards <= 12; shards++) {
      var table = SampleTable.of("t", random.nextInt(300), random);
      var checkpoint = table.write(TableCheckpoints.of(root, "t"), shards, shards);
      table.requireIn(checkpoint, "seed " + seed + ", shards " + shards);
      assertThat(CheckpointReader.open(checkpoint).manifest().parts()).hasSize(shards);
    }
  }

  @Test
  void takesPartsOfManyBlocks() {
    var table = SampleTable.of("t", 500_003, random);
    table.requireIn(table.write(TableCheckpoints.of(root, "t"), 1, 3), "seed " + seed);
  }

  @Test
  void takesTablesWithoutItems() {
    var table = SampleTable.of("t", 0, random);
    var reader = written(table, 3).requireSize(0);
    reader.verify();
    assertThat(reader.manifest().parts())
        .extracting(CheckpointPart::from, CheckpointPart::to, CheckpointPart::bytes)
        .containsExactly(tuple(0, 0, 0), tuple(0, 0, 1), tuple(0, 0, 2));
    assertThat(SampleTable.read(reader, reader.manifest().parts().getFirst())).isEmpty();
  }

  private static Tuple tuple(long from, long to, long bytes) {
    return Tuple.tuple(from, to, bytes);
  }

  @Test
  void takesWhatWasMappedFromAnotherCheckpoint() {
    var table = SampleTable.of("t", 90, random);
    var reader = written(table, 1);
    var part = reader.manifest().parts().getFirst();
    var checkpoints = TableCheckpoints.of(root, "t");
    var draft = checkpoints.begin(2);
    try (var arena = Arena.ofConfined();
        var writer = PartWriter.create(draft, 0, 0, 90, part.bytes())) {
      writer.write(reader.map(part, arena));
      assertThat(writer.finish()).isEqualTo(part);
    }
    table.requireIn(checkpoints.commit(draft, reader.manifest()), "seed " + seed);
  }

  @Test
  void mapsMemoryThatCannotBeWritten() {
    var reader = written(SampleTable.of("t", 90, random), 1);
    try (var arena = Arena.ofConfined()) {
      var memory = reader.map(reader.manifest().parts().getFirst(), arena);
      assertThat(memory.isMapped()).isTrue();
      assertThat(memory.isReadOnly()).isTrue();
      assertThatThrownBy(() -> memory.set(ValueLayout.JAVA_BYTE, 0, (byte) 1))
          .isInstanceOf(IllegalArgumentException.class);
    }
    reader.verify();
  }

  @Test
  void mapsForAsLongAndForWhomTheArenaSays() {
    var reader = written(SampleTable.of("t", 90, random), 1);
    var part = reader.manifest().parts().getFirst();
    MemorySegment gone;
    try (var arena = Arena.ofShared()) {
      var memory = reader.map(part, arena);
      byte[] elsewhere = CompletableFuture.supplyAsync(
              () -> memory.toArray(ValueLayout.JAVA_BYTE), task -> new Thread(task).start())
          .join();
      assertThat(elsewhere).isEqualTo(SampleTable.read(reader, part));
      gone = memory;
    }
    assertThatThrownBy(() -> gone.get(ValueLayout.JAVA_BYTE, 0))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void keepsMappedMemoryWhenTheCheckpointIsPruned() {
    var table = SampleTable.of("t", 90, random);
    var reader = written(table, 1);
    try (var arena = Arena.ofConfined()) {
      var memory = reader.map(reader.manifest().parts().getFirst(), arena);
      table.write(TableCheckpoints.of(root, "t"), 2, 1);
      TableCheckpoints.of(root, "t").prune(1);
      assertThat(memory.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(table.bytes(0, 0, 90));
    }
    assertThatThrownBy(reader::verify).isInstanceOf(CheckpointException.class);
  }

  @Test
  void refusesAnotherShape() {
    var reader = written(SampleTable.of("t", 90, random), 2);
    assertThat(reader.require("dense float, 2 state vectors")).isSameAs(reader);
    for (var other : new String[] {
      "dense double, 2 state vectors",
      "dense float, 1 state vectors",
      "dense float, 2 state vectors ",
      "sparse float, rows of 3, 2 state vectors",
      "",
    }) {
      assertThatThrownBy(() -> reader.require(other))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("t-000000000001 is of another shape: wanted \"" + other + "\"")
          .hasMessageContaining("there was \"dense float, 2 state vectors\" (Adam[rate=0.001])")
          .hasMessageContaining("Restore it into a table like the one it is of");
    }
  }

  @Test
  void refusesAnotherSize() {
    var reader = written(SampleTable.of("t", 90, random), 2);
    assertThat(reader.requireSize(90)).isSameAs(reader);
    for (long other : new long[] {0, 89, 91}) {
      assertThatThrownBy(() -> reader.requireSize(other))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("t-000000000001 is of another size: wanted " + other)
          .hasMessageContaining("there was 90 (dense float, 2 state vectors)")
          .hasMessageContaining("Restore it into a table of size 90");
    }
  }

  @Test
  void refusesToMapPartsOfOthers() {
    var reader = written(SampleTable.of("t", 90, random), 1);
    var part = reader.manifest().parts().getFirst();
    try (var arena = Arena.ofConfined()) {
      assertThatThrownBy(() -> reader.map(part.withChecksum(part.crc32c() + 1), arena))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("Take it from the manifest");
    }
  }
}
