package io.mobula.internal.node;

import io.mobula.NodeId;
import io.mobula.Placement;
import io.mobula.Resources;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.lane.Lanes;
import io.mobula.internal.lane.Router;
import io.mobula.internal.ledger.Ledger;
import io.mobula.internal.memory.SharedStore;
import io.mobula.internal.placement.ClusterViews;
import io.mobula.internal.placement.HybridPolicy;
import io.mobula.internal.placement.LeaseDesk;
import io.mobula.internal.placement.Placer;
import io.mobula.internal.placement.Wanting;
import io.mobula.internal.sharing.Sharing;
import io.mobula.internal.store.ObjectStore;
import io.mobula.internal.task.TaskEngine;
import io.mobula.internal.task.TaskWire;
import io.mobula.spi.PlacementPolicy;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** What a node has besides when it is one of several: lanes, shared objects, leases of others. */
final class Clustered {
  private final Membership membership;
  private final Router router;
  private final Lanes lanes;
  private final Sharing sharing;
  private final LeaseDesk desk;
  private final Placer placer;
  private final ClusterViews views;
  private final PlacementPolicy policy;

  Clustered(
      Membership membership,
      Ledger ledger,
      ObjectStore objects,
      SharedStore memory,
      NodeSettings settings) {
    this.membership = membership;
    this.views = new ClusterViews(membership, ledger, objects::usage);
    this.policy = ServiceLoader.load(PlacementPolicy.class, Clustered.class.getClassLoader())
        .findFirst()
        .orElseGet(HybridPolicy::new);
    this.router = new Router();
    this.lanes = new Lanes(membership);
    this.sharing = new Sharing(
        objects,
        memory,
        membership,
        lanes,
        router,
        new Sharing.Limits(settings.limits().inlineLimit(), settings.shareHost()));
    this.desk = new LeaseDesk(ledger, membership, lanes, router, this::elsewhere);
    this.placer = new Placer(ledger, membership, lanes, router, this::choose);
  }

  private Placer.Choice choose(Wanting wanting) {
    return choose(wanting.wanted(), wanting.placement(), wanting.argumentBytes());
  }

  private Placer.Choice choose(
      Resources wanted, Placement placement, Map<NodeId, Long> argumentBytes) {
    var wish = new PlacementPolicy.Wish(wanted, placement, membership.self().id(), argumentBytes);
    return switch (policy.choose(wish, views.now(), ThreadLocalRandom.current())) {
      case PlacementPolicy.Choice.On(var node) -> new Placer.Choice.At(node);
      case PlacementPolicy.Choice.Wait(var where, var why) -> new Placer.Choice.Later(where, why);
      case PlacementPolicy.Choice.Never(var why) -> new Placer.Choice.Later(null, why);
    };
  }

  /** Another node that seems to have this free. */
  private @Nullable NodeId elsewhere(Resources wanted) {
    return choose(wanted, Placement.anywhere(), Map.of()) instanceof Placer.Choice.At(var node)
            && !node.equals(membership.self().id())
        ? node
        : null;
  }

  /** Everything is wired: frames may come. */
  void open(ClusterViews.Spawner spawner) {
    lanes.open(spawner::spawn, router);
    views.onChange(placer::lookAgain);
    views.open(spawner);
  }

  /** Grants nothing more to others, and says so. */
  void drain() {
    desk.drain();
    views.drain();
  }

  /** What is known of all ledgers. */
  ClusterViews views() {
    return views;
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
