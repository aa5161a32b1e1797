package io.mobula.internal.placement;

import io.mobula.NodeId;
import io.mobula.Placement;
import io.mobula.Resources;
import io.mobula.error.InvalidRequestException;
import io.mobula.internal.execution.Program;
import io.mobula.internal.ledger.Lease;
import io.mobula.internal.ledger.Ledger;
import io.mobula.internal.ledger.Requester;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Placement where there is one node: everything runs here or is refused at once; only bundles of
 * placement groups may be yet to come. Safe for all threads.
 */
public final class SingleNode implements Places {
  private final Ledger ledger;
  private final Bundles bundles;
  private final Set<InGroup> early = new LinkedHashSet<>();

  /** Places on the ledger's node. */
  public SingleNode(Ledger ledger, Bundles bundles) {
    this.ledger = ledger;
    this.bundles = bundles;
    bundles.onChange(this::lookAgain);
  }

  /**
   * Refuses what can never run here.
   *
   * @param what names who asks, such as {@code Task Quick.square}
   * @throws InvalidRequestException when the placement needs more than one node
   * @throws io.mobula.error.UnschedulableException when the node has not as much
   */
  @Override
  public void require(Placement placement, Resources wanted, Supplier<String> what) {
    switch (placement) {
      case Placement.Anywhere anywhere -> {}
      case Placement.Spread spread -> {}
      case Placement.Preferring preferring -> {}
      case Placement.OnNode on -> throw needsCluster(what, "on(" + on.node() + ")");
      case Placement.Near near -> throw needsCluster(what, "near(" + near.ref().id() + ")");
      case Placement.Group group -> {
        Reasons.requireBundle(group, wanted, what);
        return;
      }
      case Placement.PreferringLabels(var selector) -> {
        LabelSelector _ = LabelSelector.parse(selector);
      }
      case Placement.Labels labels -> throw needsCluster(what, "labels(" + labels.selector() + ")");
    }
    ledger.requirePossible(wanted, what);
  }

  @Override
  public void acquire(Wanting wanting) {
    if (wanting.placement() instanceof Placement.Group group) {
      new InGroup(group, wanting).seek();
    } else {
      ledger.acquire(wanting);
    }
  }

  @Override
  public void lookAgain(Placement placement) {
    if (placement instanceof Placement.Group group) {
      bundles.lookAgain(group.group().id());
    } else {
      ledger.lookAgain();
    }
  }

  private void lookAgain() {
    List<InGroup> all;
    synchronized (early) {
      all = List.copyOf(early);
    }
    all.forEach(InGroup::seek);
  }

  /** The ledger says so itself; groups that are not ready say it here. */
  @Override
  @SuppressWarnings("ReferenceEquality") // who wants is known by identity
  public String why(Wanting wanting) {
    synchronized (early) {
      for (var each : early) {
        if (each.wanting == wanting) {
          return each.why;
        }
      }
    }
    return "";
  }

  @Override
  public void release(NodeId node, long lease) {
    throw new IllegalStateException("A node alone has no lease of node " + node);
  }

  private static InvalidRequestException needsCluster(Supplier<String> what, String placement) {
    return new InvalidRequestException(
        what.get() + " wants placement " + placement
            + ", which needs a cluster of nodes; this runtime is one node. Leave the placement out, or use spread().");
  }

  /** A request for a lease out of a group, before and while it is with a bundle's ledger. */
  private final class InGroup implements Requester {
    private final Placement.Group group;
    private final Wanting wanting;
    private volatile String why = "";

    InGroup(Placement.Group group, Wanting wanting) {
      this.group = group;
      this.wanting = wanting;
    }

    void seek() {
      synchronized (early) {
        early.remove(this);
      }
      switch (bundles.choose(group, wanting.wanted())) {
        case Placer.Choice.At at -> ask();
        case Placer.Choice.Await(var reason) -> await(reason);
        case Placer.Choice.Later(var at, var reason) -> await(reason);
        case Placer.Choice.Refused(var exception) -> wanting.refused(exception);
      }
    }

    private void ask() {
      if (!bundles.acquire(group.group().id(), group.bundle(), this)) {
        park("its bundle is being made");
      }
    }

    private void park(String reason) {
      why = reason;
      synchronized (early) {
        early.add(this);
      }
    }

    private void await(String reason) {
      park(reason);
      if (!(bundles.choose(group, wanting.wanted()) instanceof Placer.Choice.Await)) {
        take(); // it has changed between the two looks
      }
    }

    private void take() {
      boolean present;
      synchronized (early) {
        present = early.contains(this);
      }
      if (present) {
        seek();
      }
    }

    @Override
    public Resources wanted() {
      return wanting.wanted();
    }

    @Override
    public Program program() {
      return wanting.program();
    }

    @Override
    public String what() {
      return wanting.what();
    }

    @Override
    public boolean stillWants() {
      return wanting.stillWants();
    }

    @Override
    public boolean isForLife() {
      return wanting.isForLife();
    }

    @Override
    public Object group() {
      return wanting.group();
    }

    @Override
    public void turnedAway() {
      if (wanting.stillWants()) {
        seek();
      }
    }

    @Override
    public void granted(Lease lease) {
      wanting.granted(lease);
    }

    @Override
    public void recalled(Lease lease) {
      wanting.recalled(lease);
    }

    @Override
    public void devicesChanged(Lease lease) {
      wanting.devicesChanged(lease);
    }
  }
}
