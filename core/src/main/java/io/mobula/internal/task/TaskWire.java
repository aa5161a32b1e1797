package io.mobula.internal.task;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.Placement;
import io.mobula.TaskOptions;
import io.mobula.error.CodecException;
import io.mobula.internal.call.BoundCall;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.execution.Execution;
import io.mobula.internal.execution.ExitCall;
import io.mobula.internal.execution.Job;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.lane.PeerTransport;
import io.mobula.internal.lane.SpinWait;
import io.mobula.internal.lane.PeerInternTable;
import io.mobula.internal.lane.FrameRouter;
import io.mobula.internal.placement.LeaseGranter;
import io.mobula.internal.placement.ClusterLeaseRequester;
import io.mobula.internal.sharing.ClusterObjects;
import io.mobula.internal.store.ObjectContent;
import io.mobula.internal.store.ObjectFailure;
import io.mobula.internal.wait.Awaited;
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
 * Tasks between nodes: what this one sends to slots of others, and what others send to its slots.
 * Safe for all threads; nothing blocks.
 */
public final class TaskWire {
  private static final Logger LOG = LoggerFactory.getLogger(TaskWire.class);
  private static final int RUN = 16;
  private static final int DONE = 17;
  private static final int ITEM = 18;
  private static final int TAKEN = 19;
  private static final int CANCEL = 20;
  private static final int BLOCKED = 21;
  private static final int RESUMED = 22;
  private static final int RETURNED = 23;
  private static final int CLOSED = 24;
  private static final int STAGED = 25;
  private static final int DESCENDANTS = 26;
  private static final int ABSENT = 27;

  private static final long ENDLESS = -1;
  private static final Results.Shape.Kind[] SHAPES = Results.Shape.Kind.values();

  private final TaskEngine engine;
  private final ClusterObjects clusterObjects;
  private final Membership membership;
  private final PeerTransport peerTransport;
  private final SpinWait spinWait;
  private final Map<SlotKey, RemoteSlot> slots = new ConcurrentHashMap<>();
  private final Map<SlotKey, HostedSlot> hosted = new ConcurrentHashMap<>();
  private final RecentCancels cancelled = new RecentCancels();

  private record SlotKey(NodeId node, long lease) {}

  /** For tests: how many slots it knows, of others here and its own elsewhere. */
  int size() {
    return slots.size() + hosted.size();
  }

  /** Sends and takes tasks from now on. */
  public TaskWire(
      TaskEngine engine,
      ClusterObjects clusterObjects,
      Membership membership,
      PeerTransport peerTransport,
      FrameRouter router,
      LeaseGranter desk) {
    this.engine = engine;
    this.clusterObjects = clusterObjects;
    this.membership = membership;
    this.peerTransport = peerTransport;
    this.spinWait = peerTransport.spinWait();
    clusterObjects.setReconstructor(this::rebuild);
    engine.store().deadlockDetector().addExecutionLookup(this::runningHere);
    desk.host(ClusterLeaseRequester.Purpose.TASKS, (submitter, number, lease) -> {
      var slot = new HostedSlot(submitter, number, lease, this);
      hosted.put(new SlotKey(submitter, number), slot);
      slot.start();
      return slot;
    });
    router
        .on(RUN, this::onRun)
        .on(DONE, this::onDone)
        .on(ITEM, this::onItem)
        .on(TAKEN, this::onTaken)
        .on(CANCEL, this::onCancel)
        .on(BLOCKED, (from, in) -> withSlot(from, in, slot -> slot.blocked(ids(in))))
        .on(RESUMED, (from, in) -> withSlot(from, in, RemoteSlot::resumed))
        .on(RETURNED, (from, in) -> withSlot(from, in, slot -> slot.returned(ids(in))))
        .on(CLOSED, (from, in) -> withSlot(from, in, slot -> slot.closed(ids(in), in.text())))
        .on(
            ABSENT,
            (from, in) ->
                withSlot(from, in, slot -> slot.absent(ClusterObjects.readId(in), ClusterObjects.readId(in))))
        .on(DESCENDANTS, (from, in) -> onDescendants(ClusterObjects.readId(in)))
        .on(STAGED, (from, in) -> withSlot(from, in, slot -> slot.staged(ClusterObjects.readId(in))))
        .on(LeaseGranter.RECALLED, (from, in) -> onRecalled(in));
    membership.subscribe(new Membership.Listener() {
      @Override
      public void joined(Peer peer) {}

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

  /** What a slot does that waits for a task. */
  SpinWait spinWait() {
    return spinWait;
  }

  int mostInFlight() {
    return engine.mostInFlight();
  }

  long idleNanos() {
    return engine.idleNanos();
  }

  private FrameWriter frame(int kind, long lease) {
    return new FrameWriter().octet(kind).int64(lease);
  }

  // ---- this node submits

  @Nullable
  RemoteSlot open(NodeId node, long lease, ClassQueue queue) {
    var slot = new RemoteSlot(node, lease, queue, this);
    slots.put(new SlotKey(node, lease), slot);
    boolean left = membership.peer(node) == null;
    if (left && slots.remove(new SlotKey(node, lease), slot)) {
      return null; // it left before the slot was noted
    }
    return slot; // if it has left since, whoever has forgotten the slot tells it so
  }

  SuspectTasks suspects() {
    return engine.suspects();
  }

  void forget(RemoteSlot slot) {
    slots.remove(new SlotKey(slot.node(), slot.lease()));
  }

  /** Whether frames about this slot of another node still find it. */
  @SuppressWarnings("ReferenceEquality") // a slot is known by identity
  boolean knows(RemoteSlot slot) {
    return slots.get(new SlotKey(slot.node(), slot.lease())) == slot;
  }

  /** What a task of another node waits for here; null if it is not here. */
  public @Nullable Awaited pendingHere(ObjectId task) {
    for (var slot : hosted.values()) {
      var run = slot.find(task);
      if (run != null) {
        return run;
      }
    }
    return null;
  }

  void close(RemoteSlot slot) {
    if (slot.isOver()) {
      forget(slot);
    }
    engine.places().release(slot.node(), slot.lease());
  }

  void send(RemoteSlot slot, TaskRun run) {
    byte[] frame;
    try {
      frame = write(slot, run);
    } catch (Throwable e) { // an argument that cannot travel
      slot.failed(run.job().id(), 0, run.cannotTravel(e));
      return;
    }
    if (!peerTransport.send(slot.node(), frame)) {
      return; // it has left, and the slot hears of that
    }
    run.sent(slot);
    var stream = run.stream();
    if (stream != null) {
      stream.onTaken(taken -> peerTransport.send(slot.node(), taken(slot, run.job().id(), taken)));
    }
  }

  private byte[] taken(RemoteSlot slot, ObjectId id, int taken) {
    var frame = frame(TAKEN, slot.lease());
    ClusterObjects.writeId(frame, id);
    return frame.int32(taken).toBytes();
  }

  private byte[] write(RemoteSlot slot, TaskRun run) {
    var job = run.job();
    var frame = frame(RUN, slot.lease());
    ClusterObjects.writeId(frame, job.id());
    frame.int32(run.attempts()).flag(run.isSearching());
    var left = run.timeLeft();
    frame.int64(left == null ? ENDLESS : left.toNanos());
    var shape = run.shape();
    frame.choice(shape.kind()).int32(shape.count()).int32(shape.maxUnread());
    writeHead(frame, job, slot.node());
    frame.list(run.lineage(), ClusterObjects::writeId);
    job.call().lend(frame, clusterObjects, slot.node());
    return frame.toBytes();
  }

  /** By number, unless the task has a name of its own. */
  private void writeHead(FrameWriter frame, TaskRun.Job job, NodeId to) {
    var head = TaskHead.of(job);
    int number = job.options().nameAndStream().name() == null
        ? clusterObjects.internTable().intern(to, head, head::toBytes)
        : PeerInternTable.NONE;
    frame.int32(number);
    if (number == PeerInternTable.NONE) {
      head.write(frame);
    }
  }

  void cancel(RemoteSlot slot, ObjectId id, boolean recursive) {
    var frame = frame(CANCEL, slot.lease());
    ClusterObjects.writeId(frame, id);
    peerTransport.send(slot.node(), frame.flag(recursive).toBytes());
  }

  /** What runs here of a task that another node has submitted, or null. */
  private @Nullable Execution runningHere(ObjectId task) {
    for (var slot : hosted.values()) {
      var running = slot.running(task);
      if (running != null) {
        return running;
      }
    }
    return null;
  }

  /** Every process cancels what has come of the task there. */
  void cancelDescendants(ObjectId ancestor) {
    cancelled.add(ancestor);
    for (var peer : membership.peers()) {
      var frame = new FrameWriter().octet(DESCENDANTS);
      ClusterObjects.writeId(frame, ancestor);
      peerTransport.send(peer.id(), frame.toBytes());
    }
  }

  private void onDescendants(ObjectId ancestor) {
    cancelled.add(ancestor); // first: what arrives meanwhile looks there after it is pending
    engine.cancelDescendants(ancestor);
  }

  private interface OnSlot {
    void apply(RemoteSlot slot);
  }

  private void withSlot(NodeId from, FrameReader in, OnSlot action) {
    var slot = slots.get(new SlotKey(from, in.int64()));
    if (slot != null) {
      action.apply(slot);
    }
  }

  /** Whoever has granted the lease says so; its slot may be in a worker process. */
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
    } catch (Throwable e) { // what cannot be read fails its task, and no other
      clusterObjects.acknowledgeUnreadable(from, in);
      if (slot != null) {
        slot.failed(id, nanos, engine.unreadable(id, e));
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
        rememberHow(slot.running(id), contents);
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

  /** What is kept elsewhere can be lost there: says how it is made again, if it may be. */
  private void rememberHow(@Nullable TaskRun run, List<ObjectContent> contents) {
    if (run == null || !isRemembered(run)) {
      if (run != null) {
        var why = whyOnce(run);
        contents.forEach(content -> clusterObjects.markNotReconstructible(content, why));
      }
      return;
    }
    var first = run.job().id();
    var ids = new ArrayList<ObjectId>();
    for (int i = 0; i < contents.size(); i++) {
      if (contents.get(i) instanceof ObjectContent.RemoteValue) {
        ids.add(new ObjectId(first.node(), first.task(), first.index() + i));
      }
    }
    if (!ids.isEmpty()) {
      clusterObjects.recordLineage(ids, ClusterObjects.lineage(recipe(run)));
    }
  }

  /** Remembers how an element of a stream is made again; the recipe is made once for the stream. */
  private void rememberHow(TaskRun run, int index, ObjectContent content) {
    if (!isRemembered(run)) {
      clusterObjects.markNotReconstructible(content, whyOnce(run));
    } else if (content instanceof ObjectContent.RemoteValue) {
      var job = run.job().id();
      clusterObjects.recordLineage(
          List.of(new ObjectId(job.node(), job.task(), index)),
          run.lineageOfElements(() -> ClusterObjects.lineage(recipe(run))));
    }
  }

  /** Lives as long as the result, so it must not keep the run, which has its arguments. */
  private static Supplier<String> whyOnce(TaskRun run) {
    var name = run.job().name();
    var id = run.job().id();
    return () ->
        TaskRun.describe(name, id) + " has made it and may not run again (maxRetries is 0)";
  }

  private static boolean isRemembered(TaskRun run) {
    return run.job().options().retries().maxRetries() != 0 && !run.isGuest();
  }

  private FrameWriter recipe(TaskRun run) {
    var job = run.job();
    var recipe = new FrameWriter();
    ClusterObjects.writeId(recipe, job.id());
    recipe.text(job.name()).int32(job.options().retries().maxRetries());
    var timeout = job.options().timeLimits().timeout();
    recipe.int64(timeout == null ? -1 : TaskHead.nanos(timeout));
    var shape = run.shape();
    recipe.choice(shape.kind()).int32(shape.count());
    LeaseGranter.writeResources(recipe, job.options().resources());
    job.program().write(recipe);
    job.call().write(recipe, clusterObjects);
    return recipe;
  }

  /** Runs a task again, because one of its results was lost. */
  private void rebuild(ObjectId lost, int attempt, byte[] recipe) {
    var in = new FrameReader(recipe);
    var job = ClusterObjects.readId(in);
    var name = in.text();
    int retries = in.int32();
    long timeout = in.int64();
    var whole = new Results.Shape(in.choice(SHAPES), in.int32(), 0);
    boolean ofStream = whole.kind() == Results.Shape.Kind.STREAM;
    var first = ofStream ? lost : job;
    var shape = ofStream ? new Results.Shape(Results.Shape.Kind.ELEMENT, lost.index(), 0) : whole;
    var options = new TaskOptions(
        LeaseGranter.readResources(in),
        new TaskOptions.Retries(retries + attempt - 1, List.of(), Duration.ZERO),
        new TaskOptions.TimeLimits(timeout < 0 ? null : Duration.ofNanos(timeout), null),
        Placement.anywhere(),
        TaskOptions.DEFAULT.nameAndStream());
    var program = Job.read(in);
    var call = BoundCall.read(in, engine.store(), clusterObjects);
    var run = new TaskRun(new TaskRun.Job(first, call, name, options, program), null, engine);
    run.resultsTo(new RebuiltResults(engine.store(), clusterObjects, first, lost, attempt, shape));
    run.isAttempt(attempt, null);
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
      rememberHow(run, index, content);
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
    if (slot == null) { // it had ended before the submitter heard of it
      closed(from, lease, List.of(), "its slot had ended");
      return;
    }
    try {
      var run = read(slot, id, in);
      slot.add(run);
      if (cancelled.containsAny(run.lineage())) { // the word of that has overtaken it
        run.cancelHere(true);
      }
    } catch (Throwable e) { // what cannot be read fails its task, and no other
      done(slot, id, 1, 0, List.of(engine.unreadable(id, e)));
    }
  }

  private TaskRun read(HostedSlot slot, ObjectId id, FrameReader in) {
    int attempt = in.int32();
    boolean searching = in.flag();
    long left = in.int64();
    var shape = new Results.Shape(in.choice(SHAPES), in.int32(), in.int32());
    int number = in.int32();
    var head = number == PeerInternTable.NONE
        ? TaskHead.Read.from(in)
        : clusterObjects.internTable().resolve(slot.submitter(), number, TaskHead.Read::from);
    var lineage = ids(in);
    var call = BoundCall.read(in, engine.store(), clusterObjects, slot.submitter());
    var job = new TaskRun.Job(id, call, head.name(), head.options(), head.program());
    var run = new TaskRun(job, null, engine);
    run.descendsFrom(lineage);
    run.resultsTo(new WiredResults(slot, id, attempt, shape));
    run.searches(searching);
    run.isAttempt(attempt, left == ENDLESS ? null : Duration.ofNanos(Math.max(0, left)));
    engine.host(run);
    return run;
  }

  /** The JVM ends: submitters of what has asked for that hear it at once. */
  void endAt(ExitCall exit) {
    hosted.values().forEach(slot -> slot.endAt(exit));
  }

  /**
   * This node leaves: slots of others end with their present tasks.
   *
   * @return completes when all have
   */
  public CompletableFuture<Void> leave() {
    return CompletableFuture.allOf(
        hosted.values().stream().map(HostedSlot::leave).toArray(CompletableFuture[]::new));
  }

  /** The submitter hears of the outcome, or why it cannot be sent. */
  void done(HostedSlot slot, ObjectId id, int attempt, long nanos, List<?> outcomes) {
    var frame = frame(DONE, slot.lease());
    ClusterObjects.writeId(frame, id);
    frame.int64(nanos).int32(outcomes.size());
    var releases = new ArrayList<Runnable>();
    try {
      for (int i = 0; i < outcomes.size(); i++) {
        var each = new ObjectId(id.node(), id.task(), id.index() + i);
        releases.add(clusterObjects.writeResult(frame, outcomes.get(i), each, attempt));
      }
    } catch (Throwable e) { // too many bytes, or what cannot leave this node
      releases.forEach(Runnable::run);
      outcomes.subList(releases.size() + 1, outcomes.size()).forEach(TaskWire::discard);
      done(slot, id, 1, nanos, List.of(engine.cannotReturn(id, slot.submitter(), e)));
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

  void item(HostedSlot slot, ObjectId id, int attempt, int index, ObjectContent content) {
    var frame = frame(ITEM, slot.lease());
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

  void blocked(HostedSlot slot, List<ObjectId> unbegun) {
    peerTransport.send(slot.submitter(), withIds(BLOCKED, slot.lease(), unbegun));
  }

  void resumed(HostedSlot slot) {
    peerTransport.send(slot.submitter(), frame(RESUMED, slot.lease()).toBytes());
  }

  void returned(NodeId submitter, long lease, List<ObjectId> unbegun) {
    peerTransport.send(submitter, withIds(RETURNED, lease, unbegun));
  }

  void absent(HostedSlot slot, ObjectId task, ObjectId argument) {
    var frame = frame(ABSENT, slot.lease());
    ClusterObjects.writeId(frame, task);
    ClusterObjects.writeId(frame, argument);
    peerTransport.send(slot.submitter(), frame.toBytes());
  }

  void closed(HostedSlot slot, List<ObjectId> begun, String how) {
    closed(slot.submitter(), slot.lease(), begun, how);
  }

  private void closed(NodeId submitter, long lease, List<ObjectId> begun, String how) {
    peerTransport.send(
        submitter, frame(CLOSED, lease).list(begun, ClusterObjects::writeId).text(how).toBytes());
  }

  void forget(HostedSlot slot) {
    hosted.remove(new SlotKey(slot.submitter(), slot.lease()));
  }

  void staged(HostedSlot slot, ObjectId id) {
    var frame = frame(STAGED, slot.lease());
    ClusterObjects.writeId(frame, id);
    peerTransport.send(slot.submitter(), frame.toBytes());
  }

  private byte[] withIds(int kind, long lease, List<ObjectId> ids) {
    return frame(kind, lease).list(ids, ClusterObjects::writeId).toBytes();
  }
}
