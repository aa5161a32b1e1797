package io.mobula.internal.task;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.error.CodecException;
import io.mobula.internal.call.CallCodec;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.execution.Execution;
import io.mobula.internal.execution.ExitCall;
import io.mobula.internal.execution.Job;
import io.mobula.internal.lane.FrameKind;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.lane.NodeMessaging;
import io.mobula.internal.lane.PeerInternTable;
import io.mobula.internal.lane.SpinWait;
import io.mobula.internal.placement.ClusterLeaseRequester;
import io.mobula.internal.placement.LeaseGranter;
import io.mobula.internal.placement.ResourcesCodec;
import io.mobula.internal.sharing.ClusterObjects;
import io.mobula.internal.store.ObjectContent;
import io.mobula.internal.store.ObjectFailure;
import io.mobula.internal.wait.WaitPoint;
import io.mobula.placement.Placement;
import io.mobula.spi.TaskOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Transport of tasks between nodes: sends this node's tasks to slots of others, and runs others'
 * tasks in slots here. Thread-safe; nothing blocks.
 */
public final class TaskTransport {
  private static final Logger LOG = LoggerFactory.getLogger(TaskTransport.class);

  private static final long ENDLESS = -1;
  private static final TaskResultSink.Shape.Kind[] SHAPES = TaskResultSink.Shape.Kind.values();

  private final TaskEngine engine;
  private final ClusterObjects clusterObjects;
  private final Membership membership;
  private final NodeMessaging messaging;
  private final SpinWait spinWait;
  private final Map<SlotKey, RemoteTaskSlot> slots = new ConcurrentHashMap<>();
  private final Map<SlotKey, HostedTaskSlot> hosted = new ConcurrentHashMap<>();
  private final RecentCancellations cancelled = new RecentCancellations();

  private record SlotKey(NodeId node, long lease) {}

  /** Returns how many slots are known, hosted and remote, for tests. */
  int size() {
    return slots.size() + hosted.size();
  }

  /** Starts to send and to receive tasks. */
  public TaskTransport(
      TaskEngine engine,
      ClusterObjects clusterObjects,
      NodeMessaging messaging,
      LeaseGranter granter) {
    this.engine = engine;
    this.clusterObjects = clusterObjects;
    this.membership = messaging.membership();
    this.messaging = messaging;
    this.spinWait = messaging.spinWait();
    clusterObjects.setReconstructor(this::reconstruct);
    engine.store().deadlockDetector().addExecutionLookup(this::runningHere);
    granter.host(ClusterLeaseRequester.Purpose.TASKS, (submitter, number, lease) -> {
      var slot = new HostedTaskSlot(submitter, number, lease, this);
      hosted.put(new SlotKey(submitter, number), slot);
      slot.start();
      return slot;
    });
    messaging
        .on(FrameKind.RUN_TASK, this::onRun)
        .on(FrameKind.TASK_DONE, this::onDone)
        .on(FrameKind.STREAM_ELEMENT, this::onItem)
        .on(FrameKind.STREAM_READ, this::onTaken)
        .on(FrameKind.CANCEL_TASK, this::onCancel)
        .on(FrameKind.SLOT_BLOCKED, (from, in) -> withSlot(from, in, slot -> slot.blocked(ids(in))))
        .on(FrameKind.SLOT_RESUMED, (from, in) -> withSlot(from, in, RemoteTaskSlot::resumed))
        .on(
            FrameKind.TASKS_RETURNED,
            (from, in) -> withSlot(from, in, slot -> slot.returned(ids(in))))
        .on(
            FrameKind.SLOT_CLOSED,
            (from, in) -> withSlot(from, in, slot -> slot.closed(ids(in), in.text())))
        .on(
            FrameKind.ARGUMENT_ABSENT,
            (from, in) -> withSlot(
                from,
                in,
                slot -> slot.absent(ClusterObjects.readId(in), ClusterObjects.readId(in))))
        .on(FrameKind.CANCEL_DESCENDANTS, (from, in) -> onDescendants(ClusterObjects.readId(in)))
        .on(
            FrameKind.TASK_STAGED,
            (from, in) -> withSlot(from, in, slot -> slot.staged(ClusterObjects.readId(in))))
        .on(FrameKind.LEASE_RECALLED, (from, in) -> onRecalled(in));
    membership.subscribe(new Membership.Listener() {
      @Override
      public void left(Peer peer, String how) {
        onLeft(peer, how);
      }
    });
  }

  TaskEngine engine() {
    return engine;
  }

  ClusterObjects clusterObjects() {
    return clusterObjects;
  }

  Runnable after(Duration delay, Runnable action) {
    return engine.after(delay, action);
  }

  /** Returns the spin wait for slots that wait for a task. */
  SpinWait spinWait() {
    return spinWait;
  }

  int maxInFlight() {
    return engine.maxInFlight();
  }

  long idleNanos() {
    return engine.idleNanos();
  }

  private FrameWriter frame(FrameKind kind, long lease) {
    return FrameWriter.of(kind).int64(lease);
  }

  // ---- this node submits

  @Nullable
  RemoteTaskSlot open(NodeId node, long lease, SchedulingClassQueue queue) {
    var slot = new RemoteTaskSlot(node, lease, queue, this);
    slots.put(new SlotKey(node, lease), slot);
    boolean left = membership.peer(node) == null;
    if (left && slots.remove(new SlotKey(node, lease), slot)) {
      return null; // the node left before the slot was stored
    }
    return slot; // if it has left since, the slot is told by the handler of leaving nodes
  }

  SuspectTaskIsolator suspects() {
    return engine.suspects();
  }

  void forget(RemoteTaskSlot slot) {
    slots.remove(new SlotKey(slot.node(), slot.lease()));
  }

  /** Returns whether frames about this remote slot still find it. */
  @SuppressWarnings("ReferenceEquality") // a slot is known by identity
  boolean knows(RemoteTaskSlot slot) {
    return slots.get(new SlotKey(slot.node(), slot.lease())) == slot;
  }

  /** Returns what a task of another node waits for on this node; null if it is not here. */
  public @Nullable WaitPoint pendingHere(ObjectId task) {
    for (var slot : hosted.values()) {
      var run = slot.find(task);
      if (run != null) {
        return run;
      }
    }
    return null;
  }

  void close(RemoteTaskSlot slot) {
    if (slot.isOver()) {
      forget(slot);
    }
    engine.leaseSource().release(slot.node(), slot.lease());
  }

  void send(RemoteTaskSlot slot, TaskRun run) {
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
    run.sent(slot);
    var stream = run.stream();
    if (stream != null) {
      stream.onRead(taken -> messaging.send(slot.node(), taken(slot, run.spec().id(), taken)));
    }
  }

  private byte[] taken(RemoteTaskSlot slot, ObjectId id, int taken) {
    var frame = frame(FrameKind.STREAM_READ, slot.lease());
    ClusterObjects.writeId(frame, id);
    return frame.int32(taken).toBytes();
  }

  private byte[] write(RemoteTaskSlot slot, TaskRun run) {
    var spec = run.spec();
    var frame = frame(FrameKind.RUN_TASK, slot.lease());
    ClusterObjects.writeId(frame, spec.id());
    frame.int32(run.attempts()).flag(run.isSearching());
    var left = run.timeLeft();
    frame.int64(left == null ? ENDLESS : left.toNanos());
    var shape = run.shape();
    frame.choice(shape.kind()).int32(shape.count()).int32(shape.maxUnread());
    writeHead(frame, spec, slot.node());
    frame.list(run.ancestry().lineage(), ClusterObjects::writeId);
    CallCodec.lend(frame, spec.call(), clusterObjects, slot.node());
    return frame.toBytes();
  }

  /** Writes the template by number, unless the task has a name of its own. */
  private void writeHead(FrameWriter frame, TaskSpec spec, NodeId to) {
    var head = TaskTemplate.of(spec);
    int number = spec.options().nameAndStream().name() == null
        ? clusterObjects.internTable().intern(to, head, head::toBytes)
        : PeerInternTable.NONE;
    frame.int32(number);
    if (number == PeerInternTable.NONE) {
      head.write(frame);
    }
  }

  void cancel(RemoteTaskSlot slot, ObjectId id, boolean recursive) {
    var frame = frame(FrameKind.CANCEL_TASK, slot.lease());
    ClusterObjects.writeId(frame, id);
    messaging.send(slot.node(), frame.flag(recursive).toBytes());
  }

  /** Returns the execution of another node's task on this node, or null. */
  private @Nullable Execution runningHere(ObjectId task) {
    for (var slot : hosted.values()) {
      var running = slot.running(task);
      if (running != null) {
        return running;
      }
    }
    return null;
  }

  /** Has every process cancel the descendants of a task. */
  void cancelDescendants(ObjectId ancestor) {
    cancelled.add(ancestor);
    for (var peer : membership.peers()) {
      var frame = FrameWriter.of(FrameKind.CANCEL_DESCENDANTS);
      ClusterObjects.writeId(frame, ancestor);
      messaging.send(peer.id(), frame.toBytes());
    }
  }

  private void onDescendants(ObjectId ancestor) {
    // first: a task that arrives meanwhile checks this set after it is pending
    cancelled.add(ancestor);
    engine.cancelDescendants(ancestor);
  }

  private interface SlotAction {
    void apply(RemoteTaskSlot slot);
  }

  private void withSlot(NodeId from, FrameReader in, SlotAction action) {
    var slot = slots.get(new SlotKey(from, in.int64()));
    if (slot != null) {
      action.apply(slot);
    }
  }

  /**
   * Recalls the slot on behalf of the node that granted the lease; the slot may be in a worker
   * process.
   */
  private void onRecalled(FrameReader in) {
    long lease = in.int64();
    var slot = slots.get(new SlotKey(new NodeId(in.int64()), lease));
    if (slot != null) {
      slot.recalled();
    }
  }

  private static List<ObjectId> ids(FrameReader in) {
    return in.list(ClusterObjects::readId);
  }

  private void onDone(NodeId from, FrameReader in) {
    var slot = slots.get(new SlotKey(from, in.int64()));
    var id = ClusterObjects.readId(in);
    long nanos = in.int64();
    List<Object> outcomes;
    try {
      outcomes = in.list(clusterObjects::read);
      requireValuesOrOneFailure(id, outcomes);
    } catch (Throwable e) { // an unreadable result fails its task, and no other
      clusterObjects.acknowledgeUnreadable(from, in);
      if (slot != null) {
        slot.failed(id, nanos, TaskFailures.unreadable(id, engine.node(), e));
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
        recordLineage(slot.running(id), contents);
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

  /** Records how results that stay on another node can be reconstructed, or that they cannot. */
  private void recordLineage(@Nullable TaskRun run, List<ObjectContent> contents) {
    if (run == null || !isReconstructible(run)) {
      if (run != null) {
        var why = whyOnce(run);
        contents.forEach(content -> clusterObjects.markNotReconstructible(content, why));
      }
      return;
    }
    var first = run.spec().id();
    var ids = new ArrayList<ObjectId>();
    for (int i = 0; i < contents.size(); i++) {
      if (contents.get(i) instanceof ObjectContent.RemoteValue) {
        ids.add(new ObjectId(first.node(), first.task(), first.index() + i));
      }
    }
    if (!ids.isEmpty()) {
      clusterObjects.recordLineage(ids, ClusterObjects.lineage(reconstructionSpec(run)));
    }
  }

  /**
   * Records how an element of a stream can be reconstructed; the lineage is created once per
   * stream.
   */
  private void recordLineage(TaskRun run, int index, ObjectContent content) {
    if (!isReconstructible(run)) {
      clusterObjects.markNotReconstructible(content, whyOnce(run));
    } else if (content instanceof ObjectContent.RemoteValue) {
      var job = run.spec().id();
      clusterObjects.recordLineage(
          List.of(new ObjectId(job.node(), job.task(), index)),
          run.lineageOfElements(() -> ClusterObjects.lineage(reconstructionSpec(run))));
    }
  }

  /**
   * Returns why the results cannot be reconstructed. It lives as long as they do, so it must not
   * keep the task with its arguments.
   */
  private static Supplier<String> whyOnce(TaskRun run) {
    var name = run.spec().name();
    var id = run.spec().id();
    return () ->
        TaskSpec.describe(name, id) + " has made it and may not run again (maxRetries is 0)";
  }

  private static boolean isReconstructible(TaskRun run) {
    return run.spec().options().retries().maxRetries() != 0 && !run.isSubmittedElsewhere();
  }

  private FrameWriter reconstructionSpec(TaskRun run) {
    var spec = run.spec();
    var reconstructionSpec = new FrameWriter();
    ClusterObjects.writeId(reconstructionSpec, spec.id());
    reconstructionSpec.text(spec.name()).int32(spec.options().retries().maxRetries());
    var timeout = spec.options().timeLimits().timeout();
    reconstructionSpec.int64(timeout == null ? -1 : TaskTemplate.nanos(timeout));
    var shape = run.shape();
    reconstructionSpec.choice(shape.kind()).int32(shape.count());
    ResourcesCodec.write(reconstructionSpec, spec.options().resources());
    spec.job().write(reconstructionSpec);
    CallCodec.write(reconstructionSpec, spec.call(), clusterObjects);
    return reconstructionSpec;
  }

  /** Reconstructs a lost result by running its task again. */
  private void reconstruct(ObjectId lost, int attempt, byte[] reconstructionSpec) {
    var in = new FrameReader(reconstructionSpec);
    var job = ClusterObjects.readId(in);
    var name = in.text();
    int retries = in.int32();
    long timeout = in.int64();
    var whole = new TaskResultSink.Shape(in.choice(SHAPES), in.int32(), 0);
    boolean ofStream = whole.kind() == TaskResultSink.Shape.Kind.STREAM;
    var first = ofStream ? lost : job;
    var shape = ofStream
        ? new TaskResultSink.Shape(TaskResultSink.Shape.Kind.ELEMENT, lost.index(), 0)
        : whole;
    var options = new TaskOptions(
        ResourcesCodec.read(in),
        new TaskOptions.Retries(retries + attempt - 1, List.of(), Duration.ZERO),
        new TaskOptions.TimeLimits(timeout < 0 ? null : Duration.ofNanos(timeout), null),
        Placement.anywhere(),
        TaskOptions.DEFAULT.nameAndStream());
    var program = Job.read(in);
    var call = CallCodec.read(in, engine.store(), clusterObjects);
    var spec = new TaskSpec(first, call, name, options, program);
    var run = new TaskRun(spec, TaskAncestry.NONE, engine);
    run.setResultSink(
        new ReconstructedResultSink(engine.store(), clusterObjects, first, lost, attempt, shape));
    run.setAttempt(attempt, null);
    LOG.info("Object {} was lost; {} runs again, attempt {}", lost, run.describe(), attempt);
    engine.host(run);
    run.start();
  }

  private void onItem(NodeId from, FrameReader in) {
    var slot = slots.get(new SlotKey(from, in.int64()));
    var id = ClusterObjects.readId(in);
    int index = in.int32();
    if (!(clusterObjects.read(in) instanceof ObjectContent content)) {
      throw new CodecException("A result of a stream of task " + id + " is no value.", null);
    }
    var run = slot == null ? null : slot.running(id);
    if (slot == null || run == null) {
      content.discard();
    } else {
      recordLineage(run, index, content);
      run.arrived(slot, index, content);
    }
    clusterObjects.acknowledgeRefs(from, in);
  }

  private void onLeft(Peer peer, String how) {
    for (var key : List.copyOf(slots.keySet())) {
      var slot = key.node().equals(peer.id()) ? slots.remove(key) : null;
      if (slot != null) {
        slot.lost(peer.toString(), how);
      }
    }
    for (var slot : hosted.values()) {
      if (slot.submitter().equals(peer.id())) {
        slot.orphaned();
      }
    }
  }

  // ---- this node runs

  private void onRun(NodeId from, FrameReader in) {
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
        run.cancelHere(true);
      }
    } catch (Throwable e) { // an unreadable task fails alone
      done(slot, id, 1, 0, List.of(TaskFailures.unreadable(id, engine.node(), e)));
    }
  }

  private TaskRun read(HostedTaskSlot slot, ObjectId id, FrameReader in) {
    int attempt = in.int32();
    boolean searching = in.flag();
    long left = in.int64();
    var shape = new TaskResultSink.Shape(in.choice(SHAPES), in.int32(), in.int32());
    int number = in.int32();
    var head = number == PeerInternTable.NONE
        ? TaskTemplate.DecodedTemplate.from(in)
        : clusterObjects
            .internTable()
            .resolve(slot.submitter(), number, TaskTemplate.DecodedTemplate::from);
    var ancestry = TaskAncestry.of(ids(in));
    var call = CallCodec.read(in, engine.store(), clusterObjects, slot.submitter());
    var spec = new TaskSpec(id, call, head.name(), head.options(), head.job());
    var run = new TaskRun(spec, ancestry, engine);
    run.setResultSink(new RemoteResultSink(slot, id, attempt, shape));
    run.setSearching(searching);
    run.setAttempt(attempt, left == ENDLESS ? null : Duration.ofNanos(Math.max(0, left)));
    engine.host(run);
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
  public CompletableFuture<Void> drainHosted() {
    return CompletableFuture.allOf(
        hosted.values().stream().map(HostedTaskSlot::leave).toArray(CompletableFuture[]::new));
  }

  /** Sends the outcome to the submitter, or the reason why it cannot be sent. */
  void done(HostedTaskSlot slot, ObjectId id, int attempt, long nanos, List<?> outcomes) {
    var frame = frame(FrameKind.TASK_DONE, slot.lease());
    ClusterObjects.writeId(frame, id);
    frame.int64(nanos).int32(outcomes.size());
    var releases = new ArrayList<Runnable>();
    try {
      for (int i = 0; i < outcomes.size(); i++) {
        var each = new ObjectId(id.node(), id.task(), id.index() + i);
        releases.add(clusterObjects.writeResult(frame, outcomes.get(i), each, attempt));
      }
    } catch (Throwable e) { // too many bytes, or a value that cannot be sent
      releases.forEach(Runnable::run);
      outcomes.subList(releases.size() + 1, outcomes.size()).forEach(TaskTransport::discard);
      done(
          slot,
          id,
          1,
          nanos,
          List.of(TaskFailures.notReturned(id, engine.node(), slot.submitter(), e)));
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
    var frame = frame(FrameKind.STREAM_ELEMENT, slot.lease());
    ClusterObjects.writeId(frame, id);
    var each = new ObjectId(id.node(), id.task(), index);
    var release = clusterObjects.writeResult(frame.int32(index), content, each, attempt);
    clusterObjects.finishFrame(frame, slot.submitter(), release);
    clusterObjects.send(slot.submitter(), frame);
  }

  private void onTaken(NodeId from, FrameReader in) {
    var slot = hosted.get(new SlotKey(from, in.int64()));
    if (slot != null) {
      slot.taken(ClusterObjects.readId(in), in.int32());
    }
  }

  private void onCancel(NodeId from, FrameReader in) {
    var slot = hosted.get(new SlotKey(from, in.int64()));
    if (slot != null) {
      slot.cancel(ClusterObjects.readId(in), in.flag());
    }
  }

  void blocked(HostedTaskSlot slot, List<ObjectId> unbegun) {
    messaging.send(slot.submitter(), withIds(FrameKind.SLOT_BLOCKED, slot.lease(), unbegun));
  }

  void resumed(HostedTaskSlot slot) {
    messaging.send(slot.submitter(), frame(FrameKind.SLOT_RESUMED, slot.lease()).toBytes());
  }

  void returned(NodeId submitter, long lease, List<ObjectId> unbegun) {
    messaging.send(submitter, withIds(FrameKind.TASKS_RETURNED, lease, unbegun));
  }

  void absent(HostedTaskSlot slot, ObjectId task, ObjectId argument) {
    var frame = frame(FrameKind.ARGUMENT_ABSENT, slot.lease());
    ClusterObjects.writeId(frame, task);
    ClusterObjects.writeId(frame, argument);
    messaging.send(slot.submitter(), frame.toBytes());
  }

  void closed(HostedTaskSlot slot, List<ObjectId> begun, String how) {
    closed(slot.submitter(), slot.lease(), begun, how);
  }

  private void closed(NodeId submitter, long lease, List<ObjectId> begun, String how) {
    messaging.send(
        submitter,
        frame(FrameKind.SLOT_CLOSED, lease)
            .list(begun, ClusterObjects::writeId)
            .text(how)
            .toBytes());
  }

  void forget(HostedTaskSlot slot) {
    hosted.remove(new SlotKey(slot.submitter(), slot.lease()));
  }

  void staged(HostedTaskSlot slot, ObjectId id) {
    var frame = frame(FrameKind.TASK_STAGED, slot.lease());
    ClusterObjects.writeId(frame, id);
    messaging.send(slot.submitter(), frame.toBytes());
  }

  private byte[] withIds(FrameKind kind, long lease, List<ObjectId> ids) {
    return frame(kind, lease).list(ids, ClusterObjects::writeId).toBytes();
  }
}
