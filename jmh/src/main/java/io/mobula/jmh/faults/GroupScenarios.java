package io.mobula.jmh.faults;

import io.mobula.error.PlacementGroupException;
import io.mobula.placement.Placement;
import io.mobula.placement.PlacementGroup;
import io.mobula.placement.PlacementStrategy;
import io.mobula.placement.Resources;
import java.util.ArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Scenarios of the workload that use placement groups. */
final class GroupScenarios {
  private static final int BUNDLES = 2;
  private static final int ENOUGH = 50;
  private static final long BETWEEN_TRIES_MILLIS = 200;

  private GroupScenarios() {}

  /** Reserves a group, runs tasks in it, and removes it. */
  static void group(WorkloadSession session) throws InterruptedException {
    var random = session.random();
    var strategies = new PlacementStrategy[] {PlacementStrategy.PACK, PlacementStrategy.SPREAD};
    var strategy = strategies[random.nextInt(strategies.length)];
    var group = create(session, strategy);
    if (group == null) {
      return;
    }
    session.run(
        session.operation("group-ready").expecting(group).allowing(PlacementGroupException.class),
        group::ready);
    var all = new ArrayList<WorkloadSession.PendingOperation<Long>>();
    for (int i = 0; i < 6; i++) {
      long number = random.nextInt(10_000);
      int bundle = i % BUNDLES;
      var operation = session
          .operation("task-in-group")
          .effects(1 + ENOUGH)
          .expecting(number * number)
          .allowing(PlacementGroupException.class);
      var pending = session.begin(
          operation,
          () -> session
              .runtime()
              .task(
                  WorkloadTasks::square,
                  session.effects(),
                  operation.id(),
                  number,
                  random.nextInt(50))
              .cpus(0.5)
              .maxRetries(ENOUGH)
              .placement(Placement.group(group, bundle))
              .remote());
      if (pending != null) {
        all.add(pending);
      }
    }
    all.forEach(session::end);
    remove(session, group);
  }

  private static @Nullable PlacementGroup create(
      WorkloadSession session, PlacementStrategy strategy) {
    var creating = session.operation("group-create").allowing(PlacementGroupException.class);
    session.history().invoked(creating);
    try {
      var group = session
          .runtime()
          .placementGroup()
          .bundles(BUNDLES, Resources.none().cpus(0.5))
          .strategy(strategy)
          .name(session.unique("group"))
          .create();
      session.history().succeeded(creating, group);
      return group;
    } catch (RuntimeException how) {
      session.history().failed(creating, how);
      return null;
    }
  }

  /** Removes the group, retrying until the scheduler answers. */
  private static void remove(WorkloadSession session, PlacementGroup group)
      throws InterruptedException {
    var removing = session.operation("group-remove").expecting("removed");
    session.history().invoked(removing);
    long end = System.nanoTime() + WorkloadSession.LIMIT.toNanos();
    while (System.nanoTime() - end < 0) {
      try {
        group.remove();
        session.history().succeeded(removing, "removed");
        return;
      } catch (PlacementGroupException e) {
        if (e.reason() != PlacementGroupException.Reason.NO_ANSWER) {
          session.history().failed(removing, e);
          return;
        }
        TimeUnit.MILLISECONDS.sleep(BETWEEN_TRIES_MILLIS);
      }
    }
  }
}
