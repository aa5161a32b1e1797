package io.mobula.internal.actor;

import io.mobula.NodeId;
import io.mobula.error.ActorCheckpointException;
import io.mobula.internal.call.BoundCall;
import io.mobula.internal.call.CallBinder;
import io.mobula.internal.call.CallCodec;
import io.mobula.internal.checkpoint.CheckpointVersion;
import io.mobula.internal.checkpoint.SavedState;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.sharing.ClusterObjects;
import io.mobula.internal.store.ObjectStore;
import io.mobula.spi.RemoteFunction;
import java.util.List;
import java.util.Objects;

/**
 * Checkpoint whose state is in the object store, and can be sent to other processes like the
 * arguments of a call.
 *
 * @param parts the applied calls and the state, bound as arguments of a function that does nothing
 */
record ReplicatedCheckpoint(CheckpointVersion version, BoundCall parts) {
  private static final RemoteFunction NOTHING = none -> null;

  static ReplicatedCheckpoint of(SavedState saved, CallBinder binder) {
    var parts = binder.bind(NOTHING, List.of(saved.calls(), saved.state()));
    return new ReplicatedCheckpoint(saved.version(), parts);
  }

  /** Reads the checkpoint; waits for its bytes if they are on another node. */
  SavedState read() {
    try {
      var values = parts.decodeParts();
      return new SavedState(
          version, (byte[]) Objects.requireNonNull(values[1]), Objects.requireNonNull(values[2]));
    } catch (Exception unreadable) { // the bytes are lost, or a class is missing here
      throw new ActorCheckpointException(
          "Checkpoint " + version + " cannot be read: " + unreadable.getMessage(), unreadable);
    }
  }

  /** Returns this state under another version. */
  ReplicatedCheckpoint as(CheckpointVersion other) {
    return new ReplicatedCheckpoint(other, parts);
  }

  /** Writes the checkpoint as the last part of a frame. */
  void write(FrameWriter out, ClusterObjects clusterObjects, NodeId to) {
    version.write(out);
    CallCodec.write(out, parts, clusterObjects, to);
  }

  static ReplicatedCheckpoint read(
      FrameReader in, ObjectStore store, ClusterObjects clusterObjects, NodeId from) {
    var version = CheckpointVersion.read(in);
    return new ReplicatedCheckpoint(version, CallCodec.read(in, store, clusterObjects, from));
  }

  void release() {
    parts.release();
  }
}
