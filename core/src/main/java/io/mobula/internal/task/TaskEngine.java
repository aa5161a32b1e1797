package io.mobula.internal.task;

import io.mobula.MobulaRuntime;
import io.mobula.MobulaRuntime.WaitingWork;
import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.ObjectRef;
import io.mobula.ObjectRefStream;
import io.mobula.error.MobulaException;
import io.mobula.error.RuntimeClosedException;
import io.mobula.internal.call.BoundCall;
import io.mobula.internal.call.CallBinder;
import io.mobula.internal.execution.Execution;
import io.mobula.internal.execution.ExitCall;
import io.mobula.internal.execution.Job;
import io.mobula.internal.placement.LeaseSource;
import io.mobula.internal.store.EntryRef;
import io.mobula.internal.store.ObjectEntry;
import io.mobula.internal.store.ObjectStore;
import io.mobula.internal.wait.WaitPoint;
import io.mobula.placement.Placement;
import io.mobula.placement.PlacementGroupId;
import io.mobula.placement.Resources;
import io.mobula.spi.DelayTimer;
import io.mobula.spi.TaskOptions;
import io.mobula.spi.TaskRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Engine that submits tasks and drives them to their outcome. Thread-safe; submitting may wait
 * while too much is pending.
 */
public final class TaskEngine {
  private static final int MAX_CLASSES = 256;
  private static final int MAX_REPORTED = 1000;

  private final Dependencies dependencies;
  private final TaskSettings settings;
  private final ExecutorService slots;
  private final AdmissionLimiter admission;
  private final Set<TaskRun> pending = ConcurrentHashMap.newKeySet();
  private final Map<SchedulingClass, SchedulingClassQueue> classes = new ConcurrentHashMap<>();
  private final SuspectTaskIsolator suspects;
  private volatile @Nullable TaskTransport wire;
  private final Object failedStartsLock = new Object();
  private volatile @Nullable TaskRun failedStarts; // the latest of the tasks whose start has failed
  private volatile boolean closed;

  /** Scheduling class of a task: tasks of one class can run in each other's slots. */
  record SchedulingClass(
      Resources resources, Placement placement, @Nullable NodeId near, Job job) {}

  /**
   * Dependencies of the engine.
   *
   * @param runtime the runtime that tasks see
   * @param job the job of tasks that no other task submits
   */
  public record Dependencies(
      MobulaRuntime runtime,
      ObjectStore store,
      CallBinder binder,
      LeaseSource leaseSource,
      DelayTimer timer,
      Supplier<Job> job) {}

  /**
   * Creates an engine; it starts no thread before the first task.
   *
   * @param slots runs slots, each on a thread of its own
   */
  public TaskEngine(Dependencies dependencies, TaskSettings settings, ExecutorService slots) {
    this.dependencies = dependencies;
    this.settings = settings;
    this.slots = slots;
    this.suspects = new SuspectTaskIsolator(this, settings.probation());
    this.admission = new AdmissionLimiter(new AdmissionLimiter.Limits(
        settings.maxPending(), settings.maxPendingBytes(), settings.submitTimeout()));
  }

  /** Submits a task with one result. */
  public <R extends @Nullable Object> ObjectRef<R> submit(TaskRequest request) {
    var run = admit(request);
    var entry = dependencies.store().createPending(run.spec().number(), 0, run);
    ObjectRef<R> ref = dependencies.store().ref(entry);
    start(run, new TaskResultSink.Single(dependencies.store(), entry));
    return ref;
  }

  /** Submits a task with a known number of results. */
  public <R extends @Nullable Object> List<ObjectRef<R>> submitMany(
      TaskRequest request, int count) {
    var run = admit(request);
    var entries = new ArrayList<ObjectEntry>(count);
    var refs = new ArrayList<ObjectRef<R>>(count);
    for (int i = 0; i < count; i++) {
      var entry = dependencies.store().createPending(run.spec().number(), i, run);
      entries.add(entry);
      refs.add(dependencies.store().ref(entry));
    }
    start(run, new TaskResultSink.Many(dependencies.store(), entries));
    return List.copyOf(refs);
  }

  /** Submits a task with a stream of results. */
  public <R extends @Nullable Object> ObjectRefStream<R> submitStream(TaskRequest request) {
    var run = admit(request);
    var number = run.spec().number();
    var stream = new ResultStream<R>(
        dependencies.store(), number, request.options().nameAndStream().maxUnread());
    stream.onClose(() -> run.cancel(number, true));
    stream.producer(run);
    start(run, new TaskResultSink.Streamed(stream));
    var reader = new StreamReader<R>(stream);
    dependencies.store().whenUnreachable(reader, stream::close);
    return reader;
  }

  private TaskRun admit(TaskRequest request) {
    requireOpen();
    if (failedStarts != null) {
      endFailedStarts();
    }
    var execution = Execution.current();
    if (execution != null && execution.isCancelled()) {
      throw TaskFailures.startedByCancelled(execution.name());
    }
    var options = placed(request.options());
    var asked = options.nameAndStream().name();
    var name = asked == null ? BoundCall.nameOf(request.function()) : asked;
    Supplier<String> what = () -> "Task " + name;
    dependencies.leaseSource().requireSchedulable(options.placement(), options.resources(), what);
    var call = dependencies.binder().bind(request.function(), request.arguments(), 0);
    boolean entered = false;
    try {
      admission.admit(what, call.heapBytes());
      entered = true;
      var ancestry = execution != null && execution.owner() instanceof TaskRun parent
          ? TaskAncestry.childOf(parent, wire != null)
          : TaskAncestry.NONE;
      return new TaskRun(
          new TaskSpec(
              new ObjectId(node().incarnation(), dependencies.store().nextTask(), 0),
              call,
              name,
              options,
              Job.current(dependencies.job().get())),
          ancestry,
          this);
    } catch (RuntimeException | Error e) { // the heap or the stack may be full
      if (entered) {
        admission.release(call.heapBytes());
      }
      call.release();
      throw e;
    }
  }

  /** Places the task in the submitter's placement group if that captures its children. */
  private static TaskOptions placed(TaskOptions asked) {
    var placement = Execution.placementOf(asked.placement());
    return placement.equals(asked.placement())
        ? asked
        : new TaskOptions(
            asked.resources(),
            asked.retries(),
            asked.timeLimits(),
            placement,
            asked.nameAndStream());
  }

  /**
   * Starts a task that was admitted. If the stack or the heap overflows meanwhile, the submitter
   * gets the error and no ref; the task is noted without a method call, since there may be no stack
   * left for one, and the next submitter ends it.
   */
  private void start(TaskRun run, TaskResultSink sink) {
    try {
      startWhole(run, sink);
    } catch (StackOverflowError | OutOfMemoryError full) {
      synchronized (failedStartsLock) {
        run.nextFailedStart = failedStarts;
        failedStarts = run;
      }
      throw full;
    }
  }

  private void endFailedStarts() {
    TaskRun first;
    synchronized (failedStartsLock) {
      first = failedStarts;
      failedStarts = null;
    }
    for (var run = first; run != null; run = run.nextFailedStart) {
      var what = run.describe();
      run.stop(() -> TaskFailures.notStarted(what));
      var queue = classes.get(schedulingClassOf(run));
      if (queue != null) { // its lease request may have been noted and not sent
        queue.forceLeaseRequest();
      }
    }
  }

  private void startWhole(TaskRun run, TaskResultSink sink) {
    run.setResultSink(sink);
    pending.add(run);
    var starter = Execution.current();
    if (closed) { // close may have run before the task was pending
      run.stop(this::closedException);
    } else if (starter != null && starter.isCancelled()) { // and so may have cancel
      run.stop(() -> TaskFailures.startedByCancelled(starter.name()));
    } else {
      run.start();
    }
  }

  void enqueue(TaskRun run) {
    var key = schedulingClassOf(run);
    while (!closed) {
      var queue = classes.computeIfAbsent(key, this::newQueue);
      if (queue.add(run)) {
        return;
      }
      classes.remove(key, queue);
    }
  }

  private SchedulingClass schedulingClassOf(TaskRun run) {
    var options = run.spec().options();
    return new SchedulingClass(
        options.resources(), options.placement(), near(run), run.spec().job());
  }

  /**
   * Returns the node that has most bytes of what the task reads; null if placement does not depend
   * on it.
   */
  private @Nullable NodeId near(TaskRun run) {
    if (wire == null) {
      return null;
    }
    if (run.spec().options().placement() instanceof Placement.NearObject(var ref)) {
      var locality = EntryRef.entryOf(ref, dependencies.store()).locality();
      return locality == null ? node() : locality.holder();
    }
    return run.spec().call().nodeWithMostBytes();
  }

  private SchedulingClassQueue newQueue(SchedulingClass key) {
    return new SchedulingClassQueue(key, this, settings.leaseIdle().toNanos(), settings.maxSlots());
  }

  /** Connects the engine to the other nodes. */
  public void connect(TaskTransport with) {
    wire = with;
  }

  /**
   * Lets the tasks of other nodes that run here end, and accepts no more. The stage completes when
   * they have ended.
   */
  public CompletionStage<Void> drainHosted() {
    var present = wire;
    return present == null ? CompletableFuture.completedStage(null) : present.drainHosted();
  }

  /** Handles the exit of the JVM, which a task of another node may have requested. */
  public void endForExit(ExitCall exit) {
    var present = wire;
    if (present != null) {
      present.endForExit(exit);
    }
  }

  SuspectTaskIsolator suspects() {
    return suspects;
  }

  TaskTransport wire() {
    return Objects.requireNonNull(wire, "a node alone sends no task");
  }

  @Nullable
  RemoteTaskSlot remoteSlot(NodeId node, long lease, SchedulingClassQueue queue) {
    return wire().open(node, lease, queue);
  }

  /** Adds a task of another node to the pending ones. */
  void host(TaskRun run) {
    pending.add(run);
    if (closed) {
      run.stop(this::closedException);
    }
  }

  /** Returns whether any task has no outcome yet. */
  public boolean isBusy() {
    return !pending.isEmpty();
  }

  /** Returns whether the task has not published its outcome yet. */
  boolean isPending(TaskRun run) {
    return pending.contains(run);
  }

  void startSlot(Runnable slot) {
    slots.execute(slot);
  }

  void ended(TaskRun run) {
    pending.remove(run);
    if (run.isSubmittedElsewhere()) {
      return;
    }
    admission.release(run.spec().call().heapBytes());
    if (classes.size() > MAX_CLASSES) {
      forgetIdleQueues();
    }
  }

  /** Forgets the classes of which nothing is queued, running or requested. */
  void forgetIdleQueues() {
    classes.values().removeIf(SchedulingClassQueue::retire);
  }

  /**
   * Returns every pending task that {@code ancestor} started, directly or through others. Walks all
   * pending tasks.
   */
  List<TaskRun> descendantsOf(TaskRun ancestor) {
    return pending.stream().filter(run -> run.ancestry().descendsFrom(ancestor)).toList();
  }

  /** Has all other nodes cancel the descendants of a task. */
  void cancelElsewhere(ObjectId ancestor) {
    var present = wire;
    if (present != null) {
      present.cancelDescendants(ancestor);
    }
  }

  /** Cancels the descendants that a task of another node has on this node. */
  void cancelDescendants(ObjectId ancestor) {
    var affected = new LinkedHashSet<TaskRun>();
    while (affected.addAll(descendantsOf(ancestor))) {
      // a marked task starts no more tasks, so this terminates
      affected.forEach(run -> run.markCancelled(true));
    }
    affected.forEach(TaskRun::cancelAlone);
  }

  private List<TaskRun> descendantsOf(ObjectId ancestor) {
    return pending.stream().filter(run -> run.ancestry().descendsFrom(ancestor)).toList();
  }

  /**
   * Fails all tasks that wait for a placement group or run in it here. Waiting tasks come first:
   * the slots of interrupted ones would run them next.
   */
  public void end(PlacementGroupId group, Function<String, MobulaException> why) {
    var affected = pending.stream().filter(run -> run.spec().isIn(group)).toList();
    for (var run : affected) {
      if (run.isWaiting()) {
        run.stop(() -> why.apply(run.describe()));
      }
    }
    affected.forEach(run -> run.stop(() -> why.apply(run.describe())));
  }

  /**
   * Returns a live view of all tasks without an outcome, including other nodes' tasks that run
   * here.
   */
  public Iterable<? extends WaitPoint> pending() {
    return pending;
  }

  /**
   * Returns what waits for arguments or for a slot, at most a thousand tasks; the ledger reports
   * the rest.
   */
  public List<WaitingWork> waiting() {
    return pending.stream()
        .filter(run -> !run.isSubmittedElsewhere() && run.isWaiting())
        .sorted((a, b) -> Long.compare(a.spec().number(), b.spec().number()))
        .limit(MAX_REPORTED)
        .map(run -> run.waiting(() -> whyQueued(run)))
        .toList();
  }

  private String whyQueued(TaskRun run) {
    var queue = classes.get(schedulingClassOf(run));
    return queue == null ? "" : queue.why();
  }

  /**
   * Closes the engine: refuses new tasks, fails all pending ones and interrupts running bodies.
   * Does not wait for them.
   */
  public void close() {
    closed = true;
    admission.close();
    pending.forEach(run -> run.stop(this::closedException));
    classes.values().forEach(SchedulingClassQueue::close);
  }

  private RuntimeClosedException closedException() {
    return TaskFailures.closed(node());
  }

  private void requireOpen() {
    dependencies.store().requireOpen();
    if (closed) {
      throw closedException();
    }
  }

  Runnable after(Duration delay, Runnable action) {
    return dependencies.timer().after(delay, action);
  }

  LeaseSource leaseSource() {
    return dependencies.leaseSource();
  }

  int maxInFlight() {
    return settings.maxInFlight();
  }

  long idleNanos() {
    return settings.leaseIdle().toNanos();
  }

  ObjectStore store() {
    return dependencies.store();
  }

  NodeId node() {
    return dependencies.store().node();
  }

  MobulaRuntime runtime() {
    return Objects.requireNonNull(dependencies.runtime());
  }
}
