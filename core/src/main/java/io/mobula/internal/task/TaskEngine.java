package io.mobula.internal.task;

import io.mobula.MobulaRuntime;
import io.mobula.MobulaRuntime.WaitingWork;
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
import io.mobula.internal.store.ObjectEntry;
import io.mobula.internal.store.ObjectStore;
import io.mobula.internal.wait.WaitPoint;
import io.mobula.placement.PlacementGroupId;
import io.mobula.spi.DelayTimer;
import io.mobula.spi.TaskOptions;
import io.mobula.spi.TaskRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Engine that submits tasks and drives them to their outcome. Thread-safe; submitting may wait
 * while too much is pending.
 */
public final class TaskEngine {
  private final Dependencies dependencies;
  private final TaskServices services;
  private volatile @Nullable TaskTransport transport;
  private final Object failedStartsLock = new Object();
  private volatile @Nullable TaskRun failedStarts; // the latest of the tasks whose start has failed

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
    this.services = new TaskServices(
        dependencies,
        settings,
        slots,
        new PendingTasks(),
        new AdmissionLimiter(new AdmissionLimiter.Limits(
            settings.maxPending(), settings.maxPendingBytes(), settings.submitTimeout())),
        new TaskQueues(dependencies, settings, slots),
        new SuspectTaskIsolator(dependencies.timer(), settings.probation()));
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
    var stream =
        new ResultStream<R>(dependencies.store(), number, request.options().maxUnread());
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
    var asked = options.name();
    var name = asked == null ? BoundCall.nameOf(request.function()) : asked;
    Supplier<String> what = () -> "Task " + name;
    dependencies.leaseSource().requireSchedulable(options.placement(), options.resources(), what);
    var call = dependencies.binder().bind(request.function(), request.arguments(), 0);
    boolean entered = false;
    try {
      services.admission().admit(what, call.heapBytes());
      entered = true;
      var ancestry = execution != null && execution.owner() instanceof TaskRun parent
          ? TaskAncestry.childOf(parent, transport != null)
          : TaskAncestry.NONE;
      return new TaskRun(
          new TaskSpec(
              new ObjectId(services.node().incarnation(), dependencies.store().nextTask(), 0),
              call,
              name,
              options,
              Job.current(dependencies.job().get())),
          ancestry,
          services);
    } catch (RuntimeException | Error e) { // the heap or the stack may be full
      if (entered) {
        services.admission().release(call.heapBytes());
      }
      call.release();
      throw e;
    }
  }

  /** Places the task in the submitter's placement group if that captures its children. */
  private static TaskOptions placed(TaskOptions asked) {
    var placement = Execution.placementOf(asked.placement());
    return placement.equals(asked.placement()) ? asked : asked.with(asked.work().with(placement));
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
      services.queues().forceLeaseRequest(run.spec());
    }
  }

  private void startWhole(TaskRun run, TaskResultSink sink) {
    run.setResultSink(sink);
    if (!services.pending().add(run)) {
      return;
    }
    var starter = Execution.current();
    if (starter != null && starter.isCancelled()) { // before the task was pending
      run.stop(() -> TaskFailures.startedByCancelled(starter.name()));
    } else {
      run.start();
    }
  }

  /** Connects the engine to the other nodes. */
  public void connect(TaskTransport with) {
    services.queues().connect(with.sender());
    services.pending().connect(with::cancelDescendants);
    transport = with;
  }

  /**
   * Lets the tasks of other nodes that run here end, and accepts no more. The stage completes when
   * they have ended.
   */
  public CompletionStage<Void> drainHosted() {
    var present = transport;
    return present == null ? CompletableFuture.completedStage(null) : present.drainHosted();
  }

  /** Handles the exit of the JVM, which a task of another node may have requested. */
  public void endForExit(ExitCall exit) {
    var present = transport;
    if (present != null) {
      present.endForExit(exit);
    }
  }

  TaskServices services() {
    return services;
  }

  /** Returns whether any task has no outcome yet. */
  public boolean isBusy() {
    return !services.pending().isEmpty();
  }

  /**
   * Fails all tasks that wait for a placement group or run in it here. Waiting tasks come first:
   * the slots of interrupted ones would run them next.
   */
  public void end(PlacementGroupId group, Function<String, MobulaException> why) {
    services.pending().end(group, why);
  }

  /**
   * Returns a live view of all tasks without an outcome, including other nodes' tasks that run
   * here.
   */
  public Iterable<? extends WaitPoint> pending() {
    return services.pending().all();
  }

  /**
   * Returns what waits for arguments or for a slot, at most a thousand tasks; the ledger reports
   * the rest.
   */
  public List<WaitingWork> waiting() {
    return services.pending().waiting(services.queues());
  }

  /**
   * Closes the engine: refuses new tasks, fails all pending ones and interrupts running bodies.
   * Does not wait for them.
   */
  public void close() {
    services.admission().close();
    services.pending().close(this::closedException);
    services.queues().close();
  }

  private RuntimeClosedException closedException() {
    return TaskFailures.closed(services.node());
  }

  private void requireOpen() {
    dependencies.store().requireOpen();
    if (services.pending().isClosed()) {
      throw closedException();
    }
  }
}
