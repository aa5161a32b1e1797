package io.mobula.internal.sharing;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.internal.lane.FrameKind;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.lane.NodeMessaging;
import io.mobula.internal.store.DeadlockDetector;
import io.mobula.internal.store.DeadlockProbe;
import io.mobula.internal.store.ObjectEntry;
import org.jspecify.annotations.Nullable;

/** Transport of deadlock probes between processes by frames. Safe for all threads. */
final class FrameProbeTransport implements DeadlockDetector.ProbeTransport {

  private final SharedObjectTable table;
  private final NodeMessaging messaging;

  FrameProbeTransport(SharedObjectTable table, NodeMessaging messaging) {
    this.table = table;
    this.messaging = messaging;
  }

  /** Connects the deadlock detector of this process to those of other processes. */
  static void connect(
      DeadlockDetector deadlockDetector, SharedObjectTable table, NodeMessaging messaging) {
    deadlockDetector.useTransport(new FrameProbeTransport(table, messaging));
    messaging.on(FrameKind.DEADLOCK_PROBE, (from, in) -> {
      var probe = read(in);
      deadlockDetector.onProbe(probe, ObjectLocation.readId(in));
    });
  }

  private static DeadlockProbe read(FrameReader in) {
    return new DeadlockProbe(
        new NodeId(in.int64()), in.int64(), in.int32(), in.int32(), in.flag(), in.int32());
  }

  @Override
  public void send(NodeId to, DeadlockProbe probe, ObjectId work) {
    var frame = FrameWriter.of(FrameKind.DEADLOCK_PROBE)
        .int64(probe.initiator().incarnation())
        .int64(probe.number())
        .int32(probe.round())
        .int32(probe.wanted())
        .flag(probe.yields())
        .int32(probe.hops());
    ObjectLocation.write(frame, work);
    messaging.send(to, frame.toBytes());
  }

  @Override
  public @Nullable ObjectEntry pending(ObjectId id) {
    var known = table.find(id);
    return known == null || known.outcome() != null ? null : known.entry();
  }
}
