package io.mobula.ps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.ps.clock.Consistency;
import io.mobula.ps.error.CheckpointException;
import io.mobula.ps.error.TableException;
import io.mobula.ps.optimizer.Optimizers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests of tables that are written to checkpoints and restored from them. */
class CheckpointedServerTest extends ParameterServerTestBase {
  private static final int SIZE = 50_000;

  private static final Executor THREADS = task -> new Thread(task).start();

  @TempDir
  private Path directory;

  private ParameterServer server(int shards, int keep) {
    return ParameterServer.builder(runtime)
        .shards(shards)
        .checkpoints(directory)
        .keepCheckpoints(keep)
        .build();
  }

  private static float[] all(int size, float value) {
    var result = new float[size];
    Arrays.fill(result, value);
    return result;
  }

  private static DenseTable.Builder dense(ParameterServer server) {
    return server.dense("dense", SIZE).optimizer(Optimizers.adam(0.01));
  }

  private static DenseTable.Builder doubles(ParameterServer server) {
    return server.dense("wide", 40).doubles().optimizer(Optimizers.momentum(0.1, 0.9));
  }

  private static SparseTable.Builder sparse(ParameterServer server) {
    return server.sparse("sparse", 3).optimizer(Optimizers.adagrad(0.1)).initial(0.5, 9);
  }

  private static final long[] KEYS = new Random(5).longs(300).distinct().toArray();

  private static void train(DenseTable dense, DenseTable wide, SparseTable sparse, int from) {
    try (var a = dense.join(0);
        var b = wide.join(0);
        var c = sparse.join(0)) {
      for (int i = from; i < from + 5; i++) {
        a.exchange(all(SIZE, i - 3.5f)).close();
        b.exchange(all(40, i - 2.5f)).close();
        c.push(KEYS, all(3 * KEYS.length, i + 1));
      }
    }
  }

  private static float[] rows(SparseTable table) {
    try (var reader = table.join(1)) {
      return reader.pull(KEYS);
    }
  }

  @Test
  void goesOnOnAnotherNumberOfShardsAsIfNothingHadHappened() {
    try (var undisturbed = server(2, 1)) {
      var dense = dense(undisturbed).create();
      var wide = doubles(undisturbed).create();
      var sparse = sparse(undisturbed).create();
      train(dense, wide, sparse, 0);
      assertThat(undisturbed.checkpoint()).containsOnlyKeys("dense", "wide", "sparse");
      train(dense, wide, sparse, 5);
      try (var other = server(3, 1)) {
        var restored = dense(other).restore(directory).create();
        var restoredWide = doubles(other).restore(directory).create();
        var restoredSparse = sparse(other).restore(directory).create();
        assertThat(restored.updates()).isEqualTo(5);
        assertThat(restoredSparse.rows()).isEqualTo(KEYS.length);
        train(restored, restoredWide, restoredSparse, 5);
        assertThat(restored.toFloats()).isEqualTo(dense.toFloats());
        assertThat(restoredWide.toFloats()).isEqualTo(wide.toFloats());
        assertThat(rows(restoredSparse)).isEqualTo(rows(sparse));
      }
    }
  }

  @Test
  void allShardsOfABulkSynchronousTableWriteTheSameStep() {
    try (var server = server(4, 1)) {
      var table = server
          .dense("bulk", 40)
          .optimizer(Optimizers.sgd(1))
          .consistency(Consistency.bulkSynchronous())
          .create();
      var over = new AtomicBoolean();
      var workers = IntStream.range(0, 3).mapToObj(table::join).toList().stream()
          .map(worker -> CompletableFuture.runAsync(() -> train(worker, over), THREADS))
          .toList();
      for (int i = 0; i < 10; i++) {
        server.checkpoint();
        try (var other = server(3, 1)) {
          var restored = other.dense("bulk", 40).optimizer(Optimizers.sgd(1)).restore(directory);
          var weights = restored.create().toFloats();
          assertThat(weights).containsOnly(weights[0]);
        }
      }
      over.set(true);
      workers.forEach(CompletableFuture::join);
    }
  }

  private static void train(DenseWorker worker, AtomicBoolean over) {
    try (worker) {
      while (!over.get()) {
        worker.exchange(all(40, 1)).close();
      }
    }
  }

  @Test
  void keepsTheLastOnesAndWritesNowAndThen() {
    var rare = Duration.ofMillis(20);
    try (var server = ParameterServer.builder(runtime)
        .checkpoints(directory)
        .checkpointEvery(rare)
        .keepCheckpoints(2)
        .build()) {
      server.dense("w", 10).create();
      while (!numbered().contains("w-000000000005")) {
        Thread.onSpinWait();
      }
      assertThat(numbered()).hasSizeBetween(1, 3);
    }
  }

  @Test
  void closeWaitsForACheckpointThatIsBeingWritten() throws IOException {
    for (int round = 0; round < 10; round++) {
      var folder = Files.createDirectory(directory.resolve("round" + round));
      try (var server = ParameterServer.builder(runtime)
          .checkpoints(folder)
          .checkpointEvery(Duration.ofNanos(1))
          .build()) {
        server.dense("w", 200_000).create();
        while (listed(folder).isEmpty()) {
          Thread.onSpinWait();
        }
      }
      assertThat(listed(folder))
          .as("round %d: complete checkpoints and no draft", round)
          .allMatch(name -> name.matches("w-\\d{12}"));
    }
  }

  private static List<String> listed(Path folder) {
    return List.of(folder.toFile().list());
  }

  private List<String> numbered() {
    return List.of(directory.toFile().list((folder, name) -> name.startsWith("w-")));
  }

  @Test
  void refusesWhatCannotBeRestored() throws IOException {
    try (var server = server(2, 2)) {
      assertThatThrownBy(() -> dense(server).restore(directory).create())
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("leave out restore");
      dense(server).create();
      server.checkpoint();
      assertThatThrownBy(
              () -> dense(server).initial(all(SIZE, 1)).restore(directory).create())
          .isInstanceOf(TableException.class)
          .hasMessageContaining("leave out one");
      try (var other = server(1, 2)) {
        assertThatThrownBy(
                () -> other.dense("dense", SIZE).doubles().restore(directory).create())
            .isInstanceOf(CheckpointException.class)
            .hasMessageContaining("floats");
        assertThatThrownBy(() -> other
                .dense("dense", SIZE + 1)
                .optimizer(Optimizers.adam(1))
                .restore(directory)
                .create())
            .isInstanceOf(CheckpointException.class)
            .hasMessageContaining("" + SIZE);
        alter(server.checkpoint().get("dense").resolve("part-00001"));
        assertThatThrownBy(() -> dense(other).restore(directory).create())
            .isInstanceOf(CheckpointException.class)
            .hasMessageContaining("part-00001");
      }
    }
  }

  private static void alter(Path file) throws IOException {
    var bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
  }

  @Test
  void oneThatCannotBeWrittenLeavesTheServerAndTheOneBefore() throws IOException {
    try (var server = server(2, 2)) {
      var table = server.dense("w", 10).optimizer(Optimizers.sgd(1)).create();
      var first = server.checkpoint().get("w");
      try (var worker = table.join(0)) {
        worker.push(all(10, 1));
      }
      var moved = directory.resolveSibling(directory.getFileName() + "-away");
      Files.move(directory, moved);
      Files.createFile(directory); // a file in place of the directory
      assertThatThrownBy(server::checkpoint).isInstanceOf(CheckpointException.class);
      Files.delete(directory);
      Files.move(moved, directory);
      assertThat(table.toFloats()).containsOnly(-1);
      assertThat(server.checkpoint().get("w")).isNotEqualTo(first);
      try (var other = server(1, 2)) {
        var restored = other.dense("w", 10).restore(directory).create();
        assertThat(restored.toFloats()).containsOnly(-1);
      }
    }
  }

  @Test
  void saysWhereNothingSaysWhere() {
    try (var server = server(1)) {
      assertThatThrownBy(server::checkpoint)
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("checkpoints(...)");
    }
    var builder = ParameterServer.builder(runtime).checkpointEvery(Duration.ofSeconds(1));
    assertThatThrownBy(builder::build).isInstanceOf(CheckpointException.class);
    assertThatThrownBy(() -> builder.keepCheckpoints(0)).isInstanceOf(CheckpointException.class);
    assertThatThrownBy(() -> builder.checkpointEvery(Duration.ZERO))
        .isInstanceOf(CheckpointException.class);
    assertThatThrownBy(() -> builder.replicas(-1)).isInstanceOf(TableException.class);
  }
}
