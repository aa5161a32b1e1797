package io.mobula.internal.group;

import io.mobula.ObjectId;
import io.mobula.ObjectRef;
import io.mobula.error.RuntimeClosedException;
import io.mobula.error.TaskCancelledException;
import io.mobula.info.WaitReport.WaitCause;
import io.mobula.internal.execution.Execution;
import io.mobula.internal.execution.ValueProducer;
import io.mobula.internal.store.ObjectEntry;
import io.mobula.internal.store.ObjectFailure;
import io.mobula.internal.store.ObjectStore;
import io.mobula.internal.wait.WaitStep;
import io.mobula.placement.PlacementGroup;
import io.mobula.placement.PlacementGroupId;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Refs to groups that complete when the group is ready. Thread-safe. */
final class GroupReadyRefs {
  private final ObjectStore store;
  private final GroupTable table;
  private final Consumer<PlacementGroupId> reminder;
  private final Map<Long, PendingRef> pendingRef = new ConcurrentHashMap<>();
  private volatile boolean closed;

  /**
   * Creates the set of refs, which is empty.
   *
   * @param reminder queries the scheduler for a group some time, as an update may be lost
   */
  GroupReadyRefs(ObjectStore store, GroupTable table, Consumer<PlacementGroupId> reminder) {
    this.store = store;
    this.table = table;
    this.reminder = reminder;
    table.onChange(this::look);
  }

  ObjectRef<PlacementGroup> ref(PlacementGroup group) {
    var awaits = new PendingRef(group, store.nextTask());
    ObjectRef<PlacementGroup> ref = store.ref(awaits.entry); // before a change can complete it
    pendingRef.put(awaits.number, awaits);
    awaits.look();
    if (closed) { // close may have run before the ref was stored
      awaits.fail(closing(group));
    }
    return ref;
  }

  /** Returns the entries of refs that have no value yet. */
  List<ObjectEntry> pending() {
    return pendingRef.values().stream().map(each -> each.entry).toList();
  }

  private void look() {
    List.copyOf(pendingRef.values()).forEach(PendingRef::look);
  }

  void close() {
    closed = true;
    List.copyOf(pendingRef.values()).forEach(each -> each.fail(closing(each.group)));
  }

  private ObjectFailure closing(PlacementGroup group) {
    return new ObjectFailure(() -> new RuntimeClosedException(
        "The runtime of node " + store.node() + " was closed before " + group + " was ready."));
  }

  /** One ref that has no value yet. */
  private final class PendingRef implements ValueProducer {
    private final PlacementGroup group;
    private final long number;
    private final long since = System.nanoTime();
    private final ObjectEntry entry;

    PendingRef(PlacementGroup group, long number) {
      this.group = group;
      this.number = number;
      this.entry = store.createPending(number, 0, this);
    }

    void look() {
      var ended = table.past(group.id());
      var status = table.find(group.id());
      if (ended != null) {
        fail(new ObjectFailure(() -> ended.ending().exception(group.toString())));
      } else if (status == null || !status.committed()) {
        reminder.accept(group.id());
      } else if (pendingRef.remove(number) != null) {
        entry.complete(store.converter().snapshot(group, Long.MAX_VALUE));
      }
    }

    void fail(ObjectFailure why) {
      if (pendingRef.remove(number) != null) {
        entry.fail(why);
      }
    }

    @Override
    public @Nullable Execution blockingExecution(ObjectId wanted) {
      return null;
    }

    @Override
    public WaitStep waitStep(ObjectId wanted) {
      boolean noted = pendingRef.containsKey(number);
      return WaitStep.end(
              group + (noted ? " is not reserved yet" : " is over, and its ref was not notified"),
              noted ? WaitCause.RESOURCES : WaitCause.NOBODY)
          .since(since);
    }

    @Override
    public String describe() {
      return group + " to be ready";
    }

    @Override
    public void cancel(long task, boolean recursive) {
      fail(new ObjectFailure(
          () -> new TaskCancelledException("Waiting for " + group + " was cancelled.", null)));
    }
  }
}
