package io.mobula.internal.task;

import io.mobula.ObjectId;
import io.mobula.internal.lane.FrameKind;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.sharing.ClusterObjects;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Parts that the frames about tasks have in common. Each names a slot by its lease first. */
final class TaskFrames {
  private static final long ENDLESS = -1;

  private TaskFrames() {}

  /** Begins a frame about the slot under that lease. */
  static FrameWriter about(FrameKind kind, long lease) {
    return FrameWriter.of(kind).int64(lease);
  }

  /** Begins a frame about one task of a slot. */
  static FrameWriter about(FrameKind kind, long lease, ObjectId task) {
    var frame = about(kind, lease);
    ClusterObjects.writeId(frame, task);
    return frame;
  }

  /** Returns a frame with some tasks of a slot. */
  static byte[] withIds(FrameKind kind, long lease, List<ObjectId> tasks) {
    return about(kind, lease).list(tasks, ClusterObjects::writeId).toBytes();
  }

  static List<ObjectId> ids(FrameReader in) {
    return in.list(ClusterObjects::readId);
  }

  /** Writes a time that is left, or null if there is no deadline. */
  static void writeLeft(FrameWriter out, @Nullable Duration left) {
    out.int64(left == null ? ENDLESS : left.toNanos());
  }

  /** Reads a time that is left; null if there is no deadline. */
  static @Nullable Duration readLeft(FrameReader in) {
    long nanos = in.int64();
    return nanos == ENDLESS ? null : Duration.ofNanos(Math.max(0, nanos));
  }
}
