package io.mobula.internal.group;

import io.mobula.ObjectId;
import io.mobula.ObjectRef;
import io.mobula.PlacementGroup;
import io.mobula.PlacementGroupId;
import io.mobula.error.RuntimeClosedException;
import io.mobula.error.TaskCancelledException;
import io.mobula.internal.execution.Execution;
import io.mobula.internal.execution.Producer;
import io.mobula.internal.store.Failure;
import io.mobula.internal.store.ObjectEntry;
import io.mobula.internal.store.ObjectStore;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Refs to groups that have their value when the group is ready. Safe for all threads. */
final class ReadyRefs {
  private final ObjectStore store;
  private final GroupTable table;
  private final Map<Long, Awaited> awaited = new ConcurrentHashMap<>();
  private final Set<PlacementGroupId> inquiries = ConcurrentHashMap.newKeySet();

  ReadyRefs(ObjectStore store, GroupTable table) {
    this.store = store;
    this.table = table;
    table.onChange(this::look);
  }

  ObjectRef<PlacementGroup> ref(PlacementGroup group) {
    var awaits = new Awaited(group, store.nextTask());
    ObjectRef<PlacementGroup> ref = store.ref(awaits.entry); // before a change can complete it
    awaited.put(awaits.number, awaits);
    awaits.look();
    return ref;
  }

  private void look() {
    List.copyOf(awaited.values()).forEach(Awaited::look);
  }

  /** Whether nobody asks for the group now; then the caller does. */
  boolean beginInquiry(PlacementGroupId id) {
    return inquiries.add(id);
  }

  void endInquiry(PlacementGroupId id) {
    inquiries.remove(id);
  }

  void close() {
    List.copyOf(awaited.values())
        .forEach(
            each -> each.fail(new Failure(() -> new RuntimeClosedException("The runtime of node "
                + store.node() + " was closed before " + each.group + " was ready."))));
  }

  /** One ref that has no value yet. */
  private final class Awaited implements Producer {
    private final PlacementGroup group;
    private final long number;
    private final ObjectEntry entry;

    Awaited(PlacementGroup group, long number) {
      this.group = group;
      this.number = number;
      this.entry = store.pending(number, 0, this);
    }

    void look() {
      var past = table.past(group.id());
      var facts = table.find(group.id());
      if (past != null) {
        fail(new Failure(() -> past.ending().exception(group.toString())));
      } else if (facts != null && facts.committed() && awaited.remove(number) != null) {
        entry.complete(store.snapshot(group, Long.MAX_VALUE));
      }
    }

    void fail(Failure why) {
      if (awaited.remove(number) != null) {
        entry.fail(why);
      }
    }

    @Override
    public @Nullable Execution running(ObjectId wanted) {
      return null;
    }

    @Override
    public String describe() {
      return group + " to be ready";
    }

    @Override
    public void cancel(long task, boolean recursive) {
      fail(new Failure(
          () -> new TaskCancelledException("Waiting for " + group + " was cancelled.", null)));
    }
  }
}
