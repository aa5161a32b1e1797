package io.mobula.ps;

import io.mobula.MobulaRuntime;
import io.mobula.ResultForm;
import io.mobula.ps.error.CheckpointException;
import io.mobula.ps.internal.checkpoint.CheckpointManifest;
import io.mobula.ps.internal.checkpoint.CheckpointPart;
import io.mobula.ps.internal.checkpoint.TableCheckpoints;
import io.mobula.ps.internal.shard.DenseSpec;
import io.mobula.ps.internal.shard.ShardActor;
import io.mobula.ps.internal.shard.TableSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Coordinator of one table's checkpoint: asks every shard to write its part into a draft directory,
 * then publishes the draft atomically. The shards of a bulk synchronous table write at the same
 * step. For the server's owner, one thread at a time.
 */
final class CheckpointCoordinator {
  private final ShardClient shardClient;
  private final MobulaRuntime runtime;
  private final TableSpec table;

  CheckpointCoordinator(ShardClient shardClient, MobulaRuntime runtime, TableSpec table) {
    this.shardClient = shardClient;
    this.runtime = runtime;
    this.table = table;
  }

  /**
   * Writes one checkpoint of the table and deletes the oldest beyond {@code keep}.
   *
   * @param root the directory of all checkpoints, visible to all nodes under that path
   * @param keep how many checkpoints of this table are retained
   * @return the directory of the new checkpoint
   */
  Path into(Path root, int keep) {
    var checkpoints = TableCheckpoints.of(root, table.name());
    var draft = checkpoints.begin(checkpoints.nextNumber());
    try {
      var parts = table.consistency().isBulk() ? partsOfOneStep(draft) : parts(draft);
      var written = checkpoints.commit(draft, manifest(parts));
      checkpoints.prune(keep);
      return written;
    } catch (RuntimeException e) {
      abandon(checkpoints, draft, e);
      throw e;
    }
  }

  private static void abandon(TableCheckpoints checkpoints, Path draft, RuntimeException cause) {
    try {
      checkpoints.abandon(draft);
    } catch (RuntimeException e) {
      cause.addSuppressed(e);
    }
  }

  private List<CheckpointPart> parts(Path draft) {
    return inOrder(shardClient.callAll(shard -> shard
        .call(ShardActor::save, table.id(), draft.toString())
        .remote(ResultForm.<CheckpointPart>async())));
  }

  private List<CheckpointPart> partsOfOneStep(Path draft) {
    var step = new StepBarrier(shardClient, runtime, table);
    step.awaitAll();
    try {
      return parts(draft);
    } finally {
      step.release();
    }
  }

  /** Numbers the rows by their position in the sequence of files. */
  private List<CheckpointPart> inOrder(List<CheckpointPart> parts) {
    var result = new ArrayList<CheckpointPart>(parts.size());
    long next = 0;
    for (var part : parts) {
      long count = part.to() - part.from();
      result.add(new CheckpointPart(part.file(), next, next + count, part.bytes(), part.crc32c()));
      next += count;
    }
    return result;
  }

  private CheckpointManifest manifest(List<CheckpointPart> parts) {
    long size = parts.getLast().to();
    if (table instanceof DenseSpec dense && size != dense.size()) {
      throw new CheckpointException(
          "The parts of " + table + " have " + size + " parameters: they moved meanwhile.", null);
    }
    long updates =
        shardClient.callAll(shard -> shard.call(ShardActor::updates, table.id()).remote()).stream()
            .mapToLong(Long::longValue)
            .min()
            .orElseThrow();
    return new CheckpointManifest(
        CheckpointManifest.VERSION,
        table.name(),
        table.shape(),
        table.optimizerText(),
        size,
        updates,
        parts);
  }
}
