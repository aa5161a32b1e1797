package io.mobula.ps.internal.shard;

import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;
import io.mobula.ps.error.CheckpointException;
import io.mobula.ps.internal.checkpoint.CheckpointPart;
import io.mobula.ps.internal.checkpoint.CheckpointReader;
import io.mobula.ps.internal.checkpoint.PartWriter;
import io.mobula.tensor.DType;
import io.mobula.tensor.Tensor;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Transfer of {@link ShardSnapshot}s to store memory and to files, and back from files. */
final class SnapshotIo {
  private SnapshotIo() {}

  /** Writes a snapshot into the object store; the caller closes the ref. */
  static ObjectRef<Tensor> store(
      MobulaRuntime runtime, TableShard shard, SnapshotSelection selection) {
    long bytes = shard.sizeOf(selection);
    try (var room = runtime.create(bytes)) {
      shard.write(selection, SnapshotOutput.to(room.segment()));
      return room.seal(DType.INT8, bytes);
    }
  }

  /**
   * Writes the file of a part. Returns once the numbers are copied; the stage completes when they
   * are on disk.
   */
  static CompletionStage<CheckpointPart> save(
      TableShard shard, Path draft, int index, long from, long to) {
    var selection = new SnapshotSelection.All();
    var writer = PartWriter.create(draft, index, from, to, shard.sizeOf(selection));
    try (var arena = Arena.ofConfined()) {
      shard.write(selection, SnapshotOutput.to(writer::write, arena));
    } catch (RuntimeException | Error e) {
      writer.close();
      throw e;
    }
    var written = new CompletableFuture<CheckpointPart>();
    Thread.ofVirtual().name("mobula-checkpoint").start(() -> {
      try (writer) {
        written.complete(writer.finish());
      } catch (RuntimeException e) {
        written.completeExceptionally(e);
      } catch (Error e) {
        written.completeExceptionally(RequestFailures.of("the checkpoint of " + shard.spec(), e));
      }
    });
    return written;
  }

  /**
   * Loads a shard's numbers from a checkpoint that may have been written by other shards.
   *
   * @throws CheckpointException when there is no checkpoint in that directory, or it was altered
   */
  static void load(
      TableShard shard, TableSpec spec, Path directory, TableShard.SnapshotOrigin snapshotOrigin) {
    var reader = CheckpointReader.open(directory).require(spec.shape());
    for (var part : reader.manifest().parts()) {
      if (shard.wants(part.from(), part.to())) {
        reader.verify(part);
        try (var arena = Arena.ofConfined()) {
          shard.adopt(ShardSnapshot.read(reader.map(part, arena)), snapshotOrigin);
        } catch (IllegalArgumentException e) {
          throw new CheckpointException(
              "The part " + part.file() + " in " + directory + " is none: " + e.getMessage(), e);
        }
      }
    }
  }
}
