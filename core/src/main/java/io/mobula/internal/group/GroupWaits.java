package io.mobula.internal.group;

import akka.actor.typed.ActorSystem;
import io.mobula.MobulaRuntime.WaitingWork;
import io.mobula.NodeId;
import io.mobula.placement.Resources;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Report of what waits here: groups for resources, and work for resources of bundles. */
final class GroupWaits {
  private final NodeId self;
  private final ActorSystem<?> system;
  private final GroupTable table;
  private final BundleLedgers ledgers;

  GroupWaits(NodeId self, ActorSystem<?> system, GroupTable table, BundleLedgers ledgers) {
    this.self = self;
    this.system = system;
    this.table = table;
    this.ledgers = ledgers;
  }

  /** Asks the ledgers of all bundles on this node what waits there. */
  CompletionStage<List<WaitingWork>> all() {
    CompletionStage<List<WaitingWork>> all = CompletableFuture.completedStage(ownGroups());
    for (var each : ledgers.all()) {
      var inside = each.ledger()
          .report(system)
          .handle((report, closed) -> report == null ? List.<WaitingWork>of() : report.waiting());
      all = all.thenCombine(inside, (waiting, more) -> {
        var both = new ArrayList<>(waiting);
        both.addAll(more);
        return both;
      });
    }
    return all;
  }

  /** Returns the groups that this process owns and that wait. */
  private List<WaitingWork> ownGroups() {
    return table.all().stream()
        .filter(
            status -> !status.committed() && status.assignment().spec().owner().equals(self))
        .map(status -> new WaitingWork(
            status.assignment().spec().describe(),
            status.assignment().spec().resources().stream()
                .reduce(Resources.none(), BundlePlanner::sum),
            status.why()))
        .toList();
  }
}
