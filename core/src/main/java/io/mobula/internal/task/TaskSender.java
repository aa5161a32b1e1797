package io.mobula.internal.task;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.error.CodecException;
import io.mobula.internal.call.CallCodec;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.lane.FrameKind;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.lane.NodeMessaging;
import io.mobula.internal.lane.PeerInternTable;
import io.mobula.internal.sharing.ClusterObjects;
import io.mobula.internal.store.ObjectContent;
import io.mobula.internal.store.ObjectFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Sender of this node's tasks to slots of other nodes, which receives their outcomes. Thread-safe;
 * nothing blocks.
 */
final class TaskSender {
  private final TaskServices services;
  private final ClusterObjects clusterObjects;
  private final NodeMessaging messaging;
  private final TaskReconstructor reconstructor;
  private final Map<SlotKey, RemoteTaskSlot> slots = new ConcurrentHashMap<>();

  TaskSender(
      TaskServices services,
      ClusterObjects clusterObjects,
      NodeMessaging messaging,
      TaskReconstructor reconstructor) {
    this.services = services;
    this.clusterObjects = clusterObjects;
    this.messaging = messaging;
    this.reconstructor = reconstructor;
  }

  int size() {
    return slots.size();
  }

  Runnable after(Duration delay, Runnable action) {
    return services.after(delay, action);
  }

  int maxInFlight() {
    return services.settings().maxInFlight();
  }

  long idleNanos() {
    return services.settings().leaseIdle().toNanos();
  }

  /** Opens a slot under a lease of another node; returns null if that node has left. */
  @Nullable
  RemoteTaskSlot open(NodeId node, long lease, SchedulingClassQueue queue) {
    var slot = new RemoteTaskSlot(node, lease, queue, this);
    slots.put(new SlotKey(node, lease), slot);
    boolean left = messaging.membership().peer(node) == null;
    if (left && slots.remove(new SlotKey(node, lease), slot)) {
      return null; // the node left before the slot was stored
    }
    return slot; // if it has left since, the slot is told by the handler of leaving nodes
  }

  SuspectTaskIsolator suspects() {
    return services.suspects();
  }

  void forget(RemoteTaskSlot slot) {
    slots.remove(new SlotKey(slot.node(), slot.lease()));
  }

  /** Returns whether frames about this remote slot still find it. */
  @SuppressWarnings("ReferenceEquality") // a slot is known by identity
  boolean knows(RemoteTaskSlot slot) {
    return find(slot.node(), slot.lease()) == slot;
  }

  void close(RemoteTaskSlot slot) {
    if (slot.isOver()) {
      forget(slot);
    }
    services.given().leaseSource().release(slot.node(), slot.lease());
  }

  void send(RemoteTaskSlot slot, RemoteAttempt attempt) {
    var run = attempt.task();
    byte[] frame;
    try {
      frame = write(slot, run);
    } catch (Throwable e) { // an argument cannot be sent
      slot.failed(run.spec().id(), 0, TaskFailures.notSent(run.describe(), e));
      return;
    }
    if (!messaging.send(slot.node(), frame)) {
      return; // the node has left, and the slot will be told
    }
    attempt.sent();
    var stream = run.sink().stream();
    if (stream != null) {
      stream.onRead(taken -> messaging.send(slot.node(), taken(slot, run.spec().id(), taken)));
    }
  }

  private byte[] taken(RemoteTaskSlot slot, ObjectId id, int taken) {
    return TaskFrames.about(FrameKind.STREAM_READ, slot.lease(), id)
        .int32(taken)
        .toBytes();
  }

  private byte[] write(RemoteTaskSlot slot, TaskRun run) {
    var spec = run.spec();
    var frame = TaskFrames.about(FrameKind.RUN_TASK, slot.lease(), spec.id());
    frame.int32(run.progress().attempts()).flag(run.progress().isSearching());
    TaskFrames.writeLeft(frame, run.timer().left());
    var shape = run.sink().shape();
    frame.choice(shape.kind()).int32(shape.count()).int32(shape.maxUnread());
    writeHead(frame, spec, slot.node());
    frame.list(run.ancestry().lineage(), ClusterObjects::writeId);
    CallCodec.lend(frame, spec.call(), clusterObjects, slot.node());
    return frame.toBytes();
  }

  /** Writes the template by number, unless the task has a name of its own. */
  private void writeHead(FrameWriter frame, TaskSpec spec, NodeId to) {
    var head = TaskTemplate.of(spec);
    int number = spec.options().name() == null
        ? clusterObjects.internTable().intern(to, head, head::toBytes)
        : PeerInternTable.NONE;
    frame.int32(number);
    if (number == PeerInternTable.NONE) {
      head.write(frame);
    }
  }

  void cancel(RemoteTaskSlot slot, ObjectId id, boolean recursive) {
    var frame = TaskFrames.about(FrameKind.CANCEL_TASK, slot.lease(), id);
    messaging.send(slot.node(), frame.flag(recursive).toBytes());
  }

  /** Returns the slot that frames of that node call by that lease; null if it is over. */
  @Nullable
  RemoteTaskSlot find(NodeId node, long lease) {
    return slots.get(new SlotKey(node, lease));
  }

  /**
   * Recalls the slot on behalf of the node that granted the lease; the slot may be in a worker
   * process.
   */
  void onRecalled(FrameReader in) {
    long lease = in.int64();
    var slot = find(new NodeId(in.int64()), lease);
    if (slot != null) {
      slot.recalled();
    }
  }

  /** Handles the outcome of a task. */
  void onDone(NodeId from, FrameReader in) {
    var slot = find(from, in.int64());
    var id = ClusterObjects.readId(in);
    long nanos = in.int64();
    List<Object> outcomes;
    try {
      outcomes = in.list(clusterObjects::read);
      requireValuesOrOneFailure(id, outcomes);
    } catch (Throwable e) { // an unreadable result fails its task, and no other
      clusterObjects.acknowledgeUnreadable(from, in);
      if (slot != null) {
        slot.failed(id, nanos, TaskFailures.unreadable(id, services.node(), e));
      }
      return;
    }
    if (outcomes.size() == 1 && outcomes.getFirst() instanceof ObjectFailure failure) {
      if (slot != null) {
        slot.failed(id, nanos, failure);
      }
    } else {
      var contents = new ArrayList<ObjectContent>();
      outcomes.forEach(outcome -> contents.add((ObjectContent) outcome));
      if (slot == null) {
        contents.forEach(ObjectContent::discard);
      } else {
        reconstructor.recordLineage(slot.find(id), contents);
        slot.done(id, nanos, contents);
      }
    }
    clusterObjects.acknowledgeRefs(from, in);
  }

  private static void requireValuesOrOneFailure(ObjectId id, List<Object> outcomes) {
    long values = outcomes.stream().filter(ObjectContent.class::isInstance).count();
    if (values != outcomes.size() && outcomes.size() != 1) {
      throw new CodecException("Task " + id + " has values and failures at once.", null);
    }
  }

  /** Handles one more element of a stream. */
  void onItem(NodeId from, FrameReader in) {
    var slot = find(from, in.int64());
    var id = ClusterObjects.readId(in);
    int index = in.int32();
    if (!(clusterObjects.read(in) instanceof ObjectContent content)) {
      throw new CodecException("A result of a stream of task " + id + " is no value.", null);
    }
    var attempt = slot == null ? null : slot.find(id);
    if (attempt == null) {
      content.discard();
    } else {
      reconstructor.recordLineage(attempt.task(), index, content);
      attempt.arrived(index, content);
    }
    clusterObjects.acknowledgeRefs(from, in);
  }

  /** Ends the slots of a node that has left. */
  void onLeft(Peer peer, String how) {
    for (var key : List.copyOf(slots.keySet())) {
      var slot = key.node().equals(peer.id()) ? slots.remove(key) : null;
      if (slot != null) {
        slot.lost(peer.toString(), how);
      }
    }
  }
}
