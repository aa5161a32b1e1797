package io.mobula.internal.placement;

import io.mobula.NodeId;
import io.mobula.Placement;
import io.mobula.Resources;
import io.mobula.WaitReport.WaitCause;
import io.mobula.error.InvalidRequestException;
import io.mobula.error.MobulaException;
import io.mobula.internal.execution.CoalescedAction;
import io.mobula.internal.execution.Job;
import io.mobula.internal.ledger.Lease;
import io.mobula.internal.ledger.LedgerClient;
import io.mobula.internal.ledger.LeaseRequester;
import io.mobula.internal.wait.Awaited;
import io.mobula.internal.wait.WaitStep;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Placement where there is one node: everything runs here or is refused at once; only bundles of
 * placement groups may be yet to come. Safe for all threads.
 */
public final class SingleNode implements Places {
  private final LedgerClient ledger;
  private final Bundles bundles;
  private final Set<InGroup> inGroups = new LinkedHashSet<>();

  /** Places on the ledger's node. */
  public SingleNode(LedgerClient ledger, Bundles bundles) {
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
      case Placement.PreferredNode preferredNode -> {}
      case Placement.OnNode on -> throw needsCluster(what, "on(" + on.node() + ")");
      case Placement.NearObject nearObject -> throw needsCluster(what, "near(" + nearObject.ref().id() + ")");
      case Placement.Group group -> {
        Reasons.requireBundle(group, wanted, what);
        return;
      }
      case Placement.PreferredLabels(var selector) -> {
        LabelSelector _ = LabelSelector.parse(selector);
      }
      case Placement.Labels labels -> throw needsCluster(what, "labels(" + labels.selector() + ")");
    }
    ledger.requireSchedulable(wanted, what);
  }

  @Override
  public void acquire(Wanting wanting) {
    if (wanting.placement() instanceof Placement.Group group) {
      var request = new InGroup(group, wanting);
      synchronized (inGroups) {
        inGroups.add(request);
      }
      request.look.request();
    } else {
      ledger.acquire(wanting);
    }
  }

  @Override
  public void lookAgain(Placement placement) {
    if (placement instanceof Placement.Group group) {
      bundles.lookAgain(group.group().id());
      lookAgain();
    } else {
      ledger.rescanQueue();
    }
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // who wants is known by identity
  public void lapsed(Wanting wanting) {
    synchronized (inGroups) {
      inGroups.removeIf(each -> each.wanting == wanting);
    }
    lookAgain(wanting.placement());
  }

  @Override
  public @Nullable Function<String, MobulaException> over(Placement placement) {
    return bundles.over(placement);
  }

  private void lookAgain() {
    open().forEach(request -> request.look.request());
  }

  private List<InGroup> open() {
    synchronized (inGroups) {
      return List.copyOf(inGroups);
    }
  }

  private void forget(InGroup request) {
    synchronized (inGroups) {
      inGroups.remove(request);
    }
  }

  /** The ledger says so itself; groups that are not ready say it here. */
  @Override
  @SuppressWarnings("ReferenceEquality") // who wants is known by identity
  public String why(Wanting wanting) {
    for (var each : open()) {
      if (each.wanting == wanting) {
        return each.why;
      }
    }
    return "";
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // who wants is known by identity
  public @Nullable Awaited request(Wanting wanting) {
    if (!(wanting.placement() instanceof Placement.Group)) {
      return ledger.request(wanting);
    }
    return open().stream().filter(each -> each.wanting == wanting).findFirst().orElse(null);
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

  /**
   * A request for a lease out of a group, before and while it is with a bundle's ledger. Whether it
   * waits or asks is decided by {@link #look} alone.
   */
  private final class InGroup implements LeaseRequester, Awaited {
    private final Placement.Group group;
    private final Wanting wanting;
    private final CoalescedAction look = new CoalescedAction(this::choose);
    private boolean asked;
    private boolean over;
    private volatile String why = "";

    InGroup(Placement.Group group, Wanting wanting) {
      this.group = group;
      this.wanting = wanting;
    }

    @Override
    public WaitStep waitStep() {
      var reason = why;
      return WaitStep.end(
          "it waits for resources of " + group.group() + (reason.isEmpty() ? "" : ": " + reason),
          WaitCause.RESOURCES);
    }

    private void choose() {
      synchronized (this) {
        if (asked || !isWanted()) {
          return;
        }
      }
      switch (bundles.choose(group, wanting.wanted())) {
        case Placer.Choice.At at -> ask();
        case Placer.Choice.Await(var reason) -> why = reason;
        case Placer.Choice.Later(var at, var reason) -> why = reason;
        case Placer.Choice.Refused(var exception) -> refuse(exception);
      }
    }

    /** Asks whoever wants, unless it is over; a lapsed request is. */
    private synchronized boolean isWanted() {
      if (!over && !wanting.stillWants()) {
        end();
      }
      return !over;
    }

    private synchronized boolean end() {
      boolean first = !over;
      over = true;
      forget(this);
      return first;
    }

    private void ask() {
      synchronized (this) {
        asked = true; // before the ledger can turn it away
      }
      why = "";
      if (!bundles.acquire(group.group().id(), group.bundle(), this)) {
        synchronized (this) {
          asked = false;
        }
        why = "its bundle is being made";
        bundles.doubt(group.group().id());
      }
    }

    private void refuse(Function<String, MobulaException> exception) {
      if (isWanted() && end()) {
        wanting.refused(exception);
      }
    }

    @Override
    public Resources wanted() {
      return wanting.wanted();
    }

    @Override
    public Job program() {
      return wanting.job();
    }

    @Override
    public String what() {
      return wanting.description();
    }

    @Override
    public boolean stillWants() {
      return isWanted();
    }

    @Override
    public boolean isForLife() {
      return wanting.holdsForLifetime();
    }

    @Override
    public Object group() {
      return wanting.recallGroup();
    }

    @Override
    public void turnedAway() {
      synchronized (this) {
        asked = false;
      }
      look.request();
    }

    @Override
    public void granted(Lease lease) {
      if (end()) {
        wanting.granted(lease);
      } else {
        lease.release();
      }
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
