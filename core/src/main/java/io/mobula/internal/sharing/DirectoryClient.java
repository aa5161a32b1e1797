package io.mobula.internal.sharing;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.spi.HoldStatement;
import io.mobula.spi.Lineage;
import io.mobula.spi.LocateResult;
import io.mobula.spi.ObjectDirectory;
import io.mobula.spi.PublishedObject;
import io.mobula.spi.ReconstructionReply;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Client of the object directory for this node. Where there is no directory nothing is counted: an
 * object that was shared stays until its node closes. Safe for all threads.
 */
final class DirectoryClient {
  private static final int MAX_REASON = 400;

  private final NodeId self;
  private volatile @Nullable ObjectDirectory directory;

  DirectoryClient(NodeId self) {
    this.self = self;
  }

  void open(ObjectDirectory with) {
    directory = with;
  }

  void hold(ObjectId id) {
    var present = directory;
    if (present != null) {
      present.hold(id);
    }
  }

  void release(ObjectId id) {
    var present = directory;
    if (present != null) {
      present.release(id);
    }
  }

  /**
   * Tells the directory that this node is making the object in this attempt, or with zero that it
   * is not any more.
   */
  void making(ObjectId id, int attempt) {
    var present = directory;
    if (present != null) {
      present.reportAttempt(id, attempt);
    }
  }

  void publish(ObjectId id, PublishedObject what) {
    var present = directory;
    if (present != null) {
      present.publish(id, what);
    }
  }

  void retract(ObjectId id) {
    var present = directory;
    if (present != null) {
      present.retract(id);
    }
  }

  void recordLineage(ObjectId id, Lineage lineage) {
    var present = directory;
    if (present != null) {
      present.recordLineage(id, lineage);
    }
  }

  /** Tells the directory why the object cannot be reconstructed; a long text is cut. */
  void markNotReconstructible(ObjectId id, String why) {
    var present = directory;
    if (present != null) {
      boolean isLong = why.length() > MAX_REASON;
      present.markNotReconstructible(id, isLong ? why.substring(0, MAX_REASON) + "…" : why);
    }
  }

  HoldStatement statementOf(ObjectId id) {
    var present = directory;
    return present == null ? new HoldStatement(id, self, 0, false) : present.statementOf(id);
  }

  void relayStatements(List<HoldStatement> others) {
    var present = directory;
    if (present != null && !others.isEmpty()) {
      present.relayStatements(others);
    }
  }

  CompletionStage<LocateResult> locate(ObjectId id) {
    return locate(id, 0);
  }

  CompletionStage<LocateResult> locate(ObjectId id, int lostAttempt) {
    var present = directory;
    return present == null
        ? CompletableFuture.completedStage(
            new LocateResult.Lost("its node is gone, and there is no directory", false, 0))
        : present.locate(id, lostAttempt);
  }

  CompletionStage<ReconstructionReply> requestReconstruction(ObjectId id, int lostAttempt) {
    var present = directory;
    return present == null
        ? CompletableFuture.completedStage(
            new ReconstructionReply.Impossible("there is no directory"))
        : present.requestReconstruction(id, lostAttempt);
  }

  void close() {
    var present = directory;
    if (present != null) {
      present.close();
    }
  }
}
