package io.mobula.ps;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.ps.checkpoint.CheckpointManifest;
import io.mobula.ps.checkpoint.CheckpointPart;
import io.mobula.ps.checkpoint.TableCheckpoints;
import io.mobula.ps.error.CheckpointException;
import io.mobula.ps.shard.DenseSpec;
import io.mobula.ps.shard.ShardActor;
import io.mobula.ps.shard.TableSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * How the checkpoint of one table is written: every shard writes its part into a draft, at the same
 * step where the table is bulk synchronous, and the draft becomes a checkpoint at once. For the
 * owner, one thread at a time.
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
   * Writes it.
   *
   * @param root the directory of all checkpoints, which all nodes see under that path
   * @param keep how many of this table are to stay
   * @return its directory
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
    return inOrder(shardClient.callAll(shard -> Mobula.<CheckpointPart>remoteStage(
        shard.call(ShardActor::save, table.id(), draft.toString()))));
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

  /** Rows are numbered by their place in the files. */
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
        table.optimizer().toString(),
        size,
        updates,
        parts);
  }
}
