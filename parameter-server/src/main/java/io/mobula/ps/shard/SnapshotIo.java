package io.mobula.ps.shard;

import io.mobula.DType;
import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;
import io.mobula.Tensor;
import io.mobula.ps.checkpoint.CheckpointReader;
import io.mobula.ps.checkpoint.PartWriter;
import io.mobula.ps.error.CheckpointException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** {@link ShardSnapshot}s on their way to store memory and to files, and back from files. */
final class SnapshotIo {
  private SnapshotIo() {}

  /** A block in the store; to be closed by the caller. */
  static ObjectRef<Tensor> store(
      MobulaRuntime runtime, TableShard shard, SnapshotSelection selection) {
    long bytes = shard.sizeOf(selection);
    try (var room = runtime.create(bytes)) {
      shard.write(selection, SnapshotOutput.to(room.segment()));
      return room.seal(DType.INT8, bytes);
    }
  }

  /**
   * Writes the file of a part; when this returns the numbers are copied, and it completes when they
   * are on the disk.
   */
  static CompletionStage<io.mobula.ps.checkpoint.CheckpointPart> save(
      TableShard shard, Path draft, int index, long from, long to) {
    var cut = new SnapshotSelection.All();
    var writer = PartWriter.create(draft, index, from, to, shard.sizeOf(cut));
    try (var arena = Arena.ofConfined()) {
      shard.write(cut, SnapshotOutput.to(writer::write, arena));
    } catch (RuntimeException | Error e) {
      writer.close();
      throw e;
    }
    var written = new CompletableFuture<io.mobula.ps.checkpoint.CheckpointPart>();
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
   * Reads a shard's numbers from a checkpoint, whatever shards have written it.
   *
   * @throws CheckpointException when there is none in that directory, or it is not what it was
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
