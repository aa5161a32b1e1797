package io.mobula.internal.actor;

import io.mobula.NodeId;
import io.mobula.RemoteFunction;
import io.mobula.error.ActorCheckpointException;
import io.mobula.internal.call.BoundCall;
import io.mobula.internal.checkpoint.CheckpointVersion;
import io.mobula.internal.checkpoint.SavedState;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.sharing.ClusterObjects;
import io.mobula.internal.store.ObjectStore;
import java.util.List;
import java.util.Objects;

/**
 * A checkpoint whose state is in the store, and can be sent to other processes as arguments of
 * calls are.
 *
 * @param parts the calls that it contains, and the state, as arguments of nothing
 */
record ReplicatedCheckpoint(CheckpointVersion version, BoundCall parts) {
  private static final RemoteFunction NOTHING = none -> null;

  static ReplicatedCheckpoint of(SavedState saved, BoundCall.Binder binder) {
    var parts = binder.bind(NOTHING, List.of(saved.calls(), saved.state()));
    return new ReplicatedCheckpoint(saved.version(), parts);
  }

  /** Reads it; waits for its bytes where they are elsewhere. */
  SavedState read() {
    try {
      var values = parts.decodeParts();
      return new SavedState(
          version, (byte[]) Objects.requireNonNull(values[1]), Objects.requireNonNull(values[2]));
    } catch (Exception unreadable) { // lost, or of a class that is not here
      throw new ActorCheckpointException(
          "Checkpoint " + version + " cannot be read: " + unreadable.getMessage(), unreadable);
    }
  }

  /** The same state under another version. */
  ReplicatedCheckpoint as(CheckpointVersion other) {
    return new ReplicatedCheckpoint(other, parts);
  }

  /** Writes it, as the last part of a frame. */
  void write(FrameWriter out, ClusterObjects clusterObjects, NodeId to) {
    version.write(out);
    parts.write(out, clusterObjects, to);
  }

  static ReplicatedCheckpoint read(
      FrameReader in, ObjectStore store, ClusterObjects clusterObjects, NodeId from) {
    var version = CheckpointVersion.read(in);
    return new ReplicatedCheckpoint(version, BoundCall.read(in, store, clusterObjects, from));
  }

  void release() {
    parts.release();
  }
}
