package io.mobula.internal.task;

import io.mobula.ObjectId;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.execution.ExitCall;
import io.mobula.internal.lane.FrameKind;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.lane.NodeMessaging;
import io.mobula.internal.placement.ClusterLeaseRequester;
import io.mobula.internal.placement.LeaseGranter;
import io.mobula.internal.sharing.ClusterObjects;
import io.mobula.internal.wait.WaitPoint;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Transport of tasks between nodes: receives the frames of tasks for the {@link TaskSender} of this
 * node's tasks and the {@link TaskHost} of others', and takes cancellations to all nodes.
 * Thread-safe; nothing blocks.
 */
public final class TaskTransport {
  private final TaskServices services;
  private final NodeMessaging messaging;
  private final RecentCancellations cancelled = new RecentCancellations();
  private final TaskSender sender;
  private final TaskHost host;

  private TaskTransport(
      TaskServices services,
      ClusterObjects clusterObjects,
      NodeMessaging messaging,
      TaskReconstructor reconstructor) {
    this.services = services;
    this.messaging = messaging;
    this.sender = new TaskSender(services, clusterObjects, messaging, reconstructor);
    this.host = new TaskHost(services, clusterObjects, messaging, cancelled);
  }

  /** Starts to send and to receive tasks. */
  public static TaskTransport start(
      TaskEngine engine,
      ClusterObjects clusterObjects,
      NodeMessaging messaging,
      LeaseGranter granter) {
    var services = engine.services();
    var reconstructor = new TaskReconstructor(services, clusterObjects);
    var transport = new TaskTransport(services, clusterObjects, messaging, reconstructor);
    clusterObjects.setReconstructor(reconstructor::reconstruct);
    services.store().deadlockDetector().addExecutionLookup(transport.host::runningHere);
    granter.host(ClusterLeaseRequester.Purpose.TASKS, transport.host::open);
    transport.receive();
    return transport;
  }

  private void receive() {
    receiveOutcomes();
    messaging
        .on(FrameKind.RUN_TASK, host::onRun)
        .on(FrameKind.STREAM_READ, host::onTaken)
        .on(FrameKind.CANCEL_TASK, host::onCancel)
        .on(FrameKind.CANCEL_DESCENDANTS, (from, in) -> onDescendants(ClusterObjects.readId(in)));
    messaging.membership().subscribe(new Membership.Listener() {
      @Override
      public void left(Peer peer, String how) {
        sender.onLeft(peer, how);
        host.onLeft(peer);
      }
    });
  }

  private void receiveOutcomes() {
    messaging
        .on(FrameKind.TASK_DONE, sender::onDone)
        .on(FrameKind.STREAM_ELEMENT, sender::onItem)
        .on(FrameKind.LEASE_RECALLED, (from, in) -> sender.onRecalled(in))
        .on(FrameKind.SLOT_BLOCKED, onSlot((slot, in) -> slot.blocked(TaskFrames.ids(in))))
        .on(FrameKind.SLOT_RESUMED, onSlot((slot, in) -> slot.resumed()))
        .on(FrameKind.TASKS_RETURNED, onSlot((slot, in) -> slot.returned(TaskFrames.ids(in))))
        .on(FrameKind.SLOT_CLOSED, onSlot((slot, in) -> slot.closed(TaskFrames.ids(in), in.text())))
        .on(
            FrameKind.ARGUMENT_ABSENT,
            onSlot((slot, in) -> slot.absent(ClusterObjects.readId(in), ClusterObjects.readId(in))))
        .on(FrameKind.TASK_STAGED, onSlot((slot, in) -> slot.staged(ClusterObjects.readId(in))));
  }

  /**
   * Returns a handler of frames about a remote slot; one that is not known any more ignores them.
   */
  private NodeMessaging.FrameHandler onSlot(BiConsumer<RemoteTaskSlot, FrameReader> action) {
    return (from, in) -> {
      var slot = sender.find(from, in.int64());
      if (slot != null) {
        action.accept(slot, in);
      }
    };
  }

  /** Returns how many slots are known, hosted and remote, for tests. */
  int size() {
    return sender.size() + host.size();
  }

  TaskSender sender() {
    return sender;
  }

  TaskHost host() {
    return host;
  }

  /** Returns what a task of another node waits for on this node; null if it is not here. */
  public @Nullable WaitPoint pendingHere(ObjectId task) {
    return host.pendingHere(task);
  }

  /** Has every process cancel the descendants of a task. */
  void cancelDescendants(ObjectId ancestor) {
    cancelled.add(ancestor);
    for (var peer : messaging.membership().peers()) {
      var frame = FrameWriter.of(FrameKind.CANCEL_DESCENDANTS);
      ClusterObjects.writeId(frame, ancestor);
      messaging.send(peer.id(), frame.toBytes());
    }
  }

  private void onDescendants(ObjectId ancestor) {
    // first: a task that arrives meanwhile checks this set after it is pending
    cancelled.add(ancestor);
    services.pending().cancelDescendants(ancestor);
  }

  /**
   * Ends the slots of other nodes after their present tasks, as this node leaves.
   *
   * @return completes when all slots have ended
   */
  public CompletableFuture<Void> drainHosted() {
    return host.drain();
  }

  /** Handles the exit of the JVM: submitters of the task that requested it are told immediately. */
  void endForExit(ExitCall exit) {
    host.endForExit(exit);
  }
}
