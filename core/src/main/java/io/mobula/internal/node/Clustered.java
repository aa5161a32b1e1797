package io.mobula.internal.node;

import io.mobula.NodeId;
import io.mobula.Resources;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.lane.Lanes;
import io.mobula.internal.lane.Router;
import io.mobula.internal.ledger.Ledger;
import io.mobula.internal.memory.SharedStore;
import io.mobula.internal.placement.LeaseDesk;
import io.mobula.internal.placement.Placer;
import io.mobula.internal.placement.Wanting;
import io.mobula.internal.sharing.Sharing;
import io.mobula.internal.store.ObjectStore;
import io.mobula.internal.task.TaskEngine;
import io.mobula.internal.task.TaskWire;
import java.util.ArrayList;
import java.util.concurrent.ThreadLocalRandom;

/** What a node has besides when it is one of several: lanes, shared objects, leases of others. */
final class Clustered {
  private final Membership membership;
  private final Router router;
  private final Lanes lanes;
  private final Sharing sharing;
  private final LeaseDesk desk;
  private final Placer placer;
  private final Ledger ledger;

  Clustered(
      Membership membership,
      Ledger ledger,
      ObjectStore objects,
      SharedStore memory,
      NodeSettings settings) {
    this.membership = membership;
    this.ledger = ledger;
    this.router = new Router();
    this.lanes = new Lanes(membership);
    this.sharing = new Sharing(
        objects,
        memory,
        membership,
        lanes,
        router,
        new Sharing.Limits(settings.limits().inlineLimit(), settings.shareHost()));
    this.desk = new LeaseDesk(ledger, membership, lanes, router, wanted -> null);
    this.placer = new Placer(ledger, membership, lanes, router, this::choose);
  }

  private Placer.Choice choose(Wanting wanting) {
    if (fits(ledger.total(), wanting.wanted())) {
      return new Placer.Choice.At(membership.self().id());
    }
    var candidates = new ArrayList<NodeId>();
    for (Peer peer : membership.peers()) {
      if (peer.role() != Peer.Role.DRIVER) {
        candidates.add(peer.id());
      }
    }
    return candidates.isEmpty()
        ? new Placer.Choice.Later(null, "there is no other node")
        : new Placer.Choice.At(
            candidates.get(ThreadLocalRandom.current().nextInt(candidates.size())));
  }

  private static boolean fits(Resources total, Resources wanted) {
    return wanted.asUnits().entrySet().stream()
        .allMatch(each -> total.units(each.getKey()) >= each.getValue());
  }

  /** Everything is wired: frames may come. */
  void open(Lanes.Spawner spawner) {
    lanes.open(spawner, router);
  }

  Membership membership() {
    return membership;
  }

  Placer placer() {
    return placer;
  }

  Sharing sharing() {
    return sharing;
  }

  TaskWire wire(TaskEngine tasks) {
    return new TaskWire(tasks, sharing, membership, lanes, router, desk);
  }
}
