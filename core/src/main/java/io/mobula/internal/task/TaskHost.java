package io.mobula.internal.task;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.internal.call.CallCodec;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.execution.Execution;
import io.mobula.internal.execution.ExitCall;
import io.mobula.internal.lane.FrameKind;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.NodeMessaging;
import io.mobula.internal.lane.PeerInternTable;
import io.mobula.internal.lane.SpinWait;
import io.mobula.internal.ledger.Lease;
import io.mobula.internal.placement.LeaseGranter;
import io.mobula.internal.sharing.ClusterObjects;
import io.mobula.internal.store.ObjectContent;
import io.mobula.internal.store.ObjectStore;
import io.mobula.internal.wait.WaitPoint;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Host of other nodes' tasks: runs them in slots of this node and sends their outcomes back.
 * Thread-safe; nothing blocks.
 */
final class TaskHost {
  private final TaskServices services;
  private final ClusterObjects clusterObjects;
  private final NodeMessaging messaging;
  private final RecentCancellations cancelled;
  private final Map<SlotKey, HostedTaskSlot> hosted = new ConcurrentHashMap<>();

  /** Makes a host without slots; the cancellations are those of which this node was told. */
  TaskHost(
      TaskServices services,
      ClusterObjects clusterObjects,
      NodeMessaging messaging,
      RecentCancellations cancelled) {
    this.services = services;
    this.clusterObjects = clusterObjects;
    this.messaging = messaging;
    this.cancelled = cancelled;
  }

  int size() {
    return hosted.size();
  }

  ObjectStore store() {
    return services.store();
  }

  void startSlot(Runnable slot) {
    services.slots().execute(slot);
  }

  Runnable after(Duration delay, Runnable action) {
    return services.after(delay, action);
  }

  /** Returns the spin wait for slots that wait for a task. */
  SpinWait spinWait() {
    return messaging.spinWait();
  }

  /** Opens a slot for the submitter under a lease that was granted to it. */
  LeaseGranter.LeaseUse open(NodeId submitter, long number, Lease lease) {
    var slot = new HostedTaskSlot(submitter, number, lease, this);
    hosted.put(new SlotKey(submitter, number), slot);
    slot.start();
    return slot;
  }

  /** Returns what a task of another node waits for on this node; null if it is not here. */
  @Nullable
  WaitPoint pendingHere(ObjectId task) {
    for (var slot : hosted.values()) {
      var run = slot.find(task);
      if (run != null) {
        return run;
      }
    }
    return null;
  }

  /** Returns the execution of another node's task on this node, or null. */
  @Nullable
  Execution runningHere(ObjectId task) {
    for (var slot : hosted.values()) {
      var run = slot.find(task);
      var running = run == null ? null : run.blockingExecution(task);
      if (running != null) {
        return running;
      }
    }
    return null;
  }

  /** Ends the slots of a submitter that has left. */
  void onLeft(Peer peer) {
    for (var slot : hosted.values()) {
      if (slot.submitter().equals(peer.id())) {
        slot.orphaned();
      }
    }
  }

  /** Handles a task that has arrived. */
  void onRun(NodeId from, FrameReader in) {
    long lease = in.int64();
    var id = ClusterObjects.readId(in);
    var slot = hosted.get(new SlotKey(from, lease));
    if (slot == null) { // the slot ended before the submitter knew of it
      closed(from, lease, List.of(), "its slot had ended");
      return;
    }
    try {
      var run = read(slot, id, in);
      slot.add(run);
      if (cancelled.containsAny(
          run.ancestry().lineage())) { // the cancellation has overtaken the task
        services.pending().cancelHere(run, true);
      }
    } catch (Throwable e) { // an unreadable task fails alone
      done(slot, id, 1, 0, List.of(TaskFailures.unreadable(id, services.node(), e)));
    }
  }

  private TaskRun read(HostedTaskSlot slot, ObjectId id, FrameReader in) {
    int attempt = in.int32();
    boolean searching = in.flag();
    var left = TaskFrames.readLeft(in);
    var shape =
        new TaskResultSink.Shape(in.choice(TaskResultSink.Shape.KINDS), in.int32(), in.int32());
    int number = in.int32();
    var head = number == PeerInternTable.NONE
        ? TaskTemplate.DecodedTemplate.from(in)
        : clusterObjects
            .internTable()
            .resolve(slot.submitter(), number, TaskTemplate.DecodedTemplate::from);
    var ancestry = TaskAncestry.of(TaskFrames.ids(in));
    var call = CallCodec.read(in, services.store(), clusterObjects, slot.submitter());
    var spec = new TaskSpec(id, call, head.name(), head.options(), head.job());
    var run = new TaskRun(spec, ancestry, services);
    run.setResultSink(new RemoteResultSink(slot, id, attempt, shape));
    run.progress().setSearching(searching);
    run.setAttempt(attempt, left);
    services.pending().add(run);
    return run;
  }

  /** Handles the exit of the JVM: submitters of the task that requested it are told immediately. */
  void endForExit(ExitCall exit) {
    hosted.values().forEach(slot -> slot.endAt(exit));
  }

  /**
   * Ends the slots of other nodes after their present tasks, as this node leaves.
   *
   * @return completes when all slots have ended
   */
  CompletableFuture<Void> drain() {
    return CompletableFuture.allOf(
        hosted.values().stream().map(HostedTaskSlot::leave).toArray(CompletableFuture[]::new));
  }

  /** Sends the outcome to the submitter, or the reason why it cannot be sent. */
  void done(HostedTaskSlot slot, ObjectId id, int attempt, long nanos, List<?> outcomes) {
    var frame = TaskFrames.about(FrameKind.TASK_DONE, slot.lease(), id);
    frame.int64(nanos).int32(outcomes.size());
    var releases = new ArrayList<Runnable>();
    try {
      for (int i = 0; i < outcomes.size(); i++) {
        var each = new ObjectId(id.node(), id.task(), id.index() + i);
        releases.add(clusterObjects.writeResult(frame, outcomes.get(i), each, attempt));
      }
    } catch (Throwable e) { // too many bytes, or a value that cannot be sent
      releases.forEach(Runnable::run);
      outcomes.subList(releases.size() + 1, outcomes.size()).forEach(TaskHost::discard);
      done(
          slot,
          id,
          1,
          nanos,
          List.of(TaskFailures.notReturned(id, services.node(), slot.submitter(), e)));
      return;
    }
    clusterObjects.finishFrame(frame, slot.submitter(), () -> releases.forEach(Runnable::run));
    clusterObjects.send(slot.submitter(), frame);
  }

  private static void discard(Object outcome) {
    if (outcome instanceof ObjectContent content) {
      content.discard();
    }
  }

  void item(HostedTaskSlot slot, ObjectId id, int attempt, int index, ObjectContent content) {
    var frame = TaskFrames.about(FrameKind.STREAM_ELEMENT, slot.lease(), id);
    var each = new ObjectId(id.node(), id.task(), index);
    var release = clusterObjects.writeResult(frame.int32(index), content, each, attempt);
    clusterObjects.finishFrame(frame, slot.submitter(), release);
    clusterObjects.send(slot.submitter(), frame);
  }

  /** Handles how far the reader of a stream is. */
  void onTaken(NodeId from, FrameReader in) {
    var run = find(from, in.int64(), ClusterObjects.readId(in));
    int count = in.int32();
    if (run != null) {
      run.sink().taken(count);
    }
  }

  /** Handles the cancellation of a task. */
  void onCancel(NodeId from, FrameReader in) {
    var run = find(from, in.int64(), ClusterObjects.readId(in));
    boolean recursive = in.flag();
    if (run != null) { // the submitter tells all other nodes
      services.pending().cancelHere(run, recursive);
    }
  }

  /** Returns a task in the slot that the node was lent under that lease; null if it is over. */
  private @Nullable TaskRun find(NodeId from, long lease, ObjectId task) {
    var slot = hosted.get(new SlotKey(from, lease));
    return slot == null ? null : slot.find(task);
  }

  void blocked(HostedTaskSlot slot, List<ObjectId> unbegun) {
    messaging.send(
        slot.submitter(), TaskFrames.withIds(FrameKind.SLOT_BLOCKED, slot.lease(), unbegun));
  }

  void resumed(HostedTaskSlot slot) {
    messaging.send(
        slot.submitter(), TaskFrames.about(FrameKind.SLOT_RESUMED, slot.lease()).toBytes());
  }

  void returned(NodeId submitter, long lease, List<ObjectId> unbegun) {
    messaging.send(submitter, TaskFrames.withIds(FrameKind.TASKS_RETURNED, lease, unbegun));
  }

  void absent(HostedTaskSlot slot, ObjectId task, ObjectId argument) {
    var frame = TaskFrames.about(FrameKind.ARGUMENT_ABSENT, slot.lease(), task);
    ClusterObjects.writeId(frame, argument);
    messaging.send(slot.submitter(), frame.toBytes());
  }

  void closed(HostedTaskSlot slot, List<ObjectId> begun, String how) {
    closed(slot.submitter(), slot.lease(), begun, how);
  }

  private void closed(NodeId submitter, long lease, List<ObjectId> begun, String how) {
    messaging.send(
        submitter,
        TaskFrames.about(FrameKind.SLOT_CLOSED, lease)
            .list(begun, ClusterObjects::writeId)
            .text(how)
            .toBytes());
  }

  void forget(HostedTaskSlot slot) {
    hosted.remove(new SlotKey(slot.submitter(), slot.lease()));
  }

  void staged(HostedTaskSlot slot, ObjectId id) {
    var frame = TaskFrames.about(FrameKind.TASK_STAGED, slot.lease(), id);
    messaging.send(slot.submitter(), frame.toBytes());
  }
}
