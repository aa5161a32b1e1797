package io.mobula.internal.task;

import io.mobula.NodeId;
import io.mobula.internal.store.EntryRef;
import io.mobula.placement.Placement;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;

/** Queues of ready tasks, one for each scheduling class. Thread-safe. */
final class TaskQueues {
  private static final int MAX_CLASSES = 256;

  private final TaskEngine.Dependencies dependencies;
  private final TaskSettings settings;
  private final ExecutorService slots;
  private final Map<SchedulingClass, SchedulingClassQueue> classes = new ConcurrentHashMap<>();
  private volatile @Nullable TaskSender sender;
  private volatile boolean closed;

  /**
   * Makes an empty set of queues.
   *
   * @param slots runs slots, each on a thread of its own
   */
  TaskQueues(TaskEngine.Dependencies dependencies, TaskSettings settings, ExecutorService slots) {
    this.dependencies = dependencies;
    this.settings = settings;
    this.slots = slots;
  }

  /** Lets the queues have slots of other nodes. */
  void connect(TaskSender with) {
    sender = with;
  }

  /** Adds a ready task to the queue of its class, unless all queues are closed. */
  void add(TaskRun run) {
    var key = classOf(run.spec());
    while (!closed) {
      var known = classes.get(key);
      var queue = known == null ? classes.computeIfAbsent(key, this::newQueue) : known;
      if (queue.add(run)) {
        return;
      }
      classes.remove(key, queue);
    }
  }

  private SchedulingClassQueue newQueue(SchedulingClass kind) {
    return new SchedulingClassQueue(kind, this, dependencies, settings, slots);
  }

  private SchedulingClass classOf(TaskSpec spec) {
    var options = spec.options();
    return new SchedulingClass(options.resources(), options.placement(), near(spec), spec.job());
  }

  private @Nullable NodeId near(TaskSpec spec) {
    if (sender == null) {
      return null;
    }
    if (spec.options().placement() instanceof Placement.NearObject(var ref)) {
      var locality = EntryRef.entryOf(ref, dependencies.store()).locality();
      return locality == null ? dependencies.store().node() : locality.holder();
    }
    return spec.call().nodeWithMostBytes();
  }

  /** Opens a slot of another node for a queue; returns null if that node has left. */
  @Nullable
  RemoteTaskSlot openRemoteSlot(NodeId node, long lease, SchedulingClassQueue queue) {
    var connected = sender;
    return connected == null ? null : connected.open(node, lease, queue);
  }

  /** Returns why the task's queue has no slot, or an empty text if that is not known here. */
  String whyQueued(TaskSpec spec) {
    var queue = classes.get(classOf(spec));
    return queue == null ? "" : queue.why();
  }

  /** Requests a lease for the task's queue, whose last request may have been noted and not sent. */
  void forceLeaseRequest(TaskSpec spec) {
    var queue = classes.get(classOf(spec));
    if (queue != null) {
      queue.forceLeaseRequest();
    }
  }

  /** Forgets idle classes if there are many. */
  void trim() {
    if (classes.size() > MAX_CLASSES) {
      forgetIdle();
    }
  }

  /** Forgets the classes of which nothing is queued, running or requested. */
  void forgetIdle() {
    classes.values().removeIf(SchedulingClassQueue::retire);
  }

  /** Closes all queues: idle slots end, and no more tasks are accepted. */
  void close() {
    closed = true;
    classes.values().forEach(SchedulingClassQueue::close);
  }
}
