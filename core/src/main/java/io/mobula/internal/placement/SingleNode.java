package io.mobula.internal.placement;

import io.mobula.NodeId;
import io.mobula.Placement;
import io.mobula.Resources;
import io.mobula.error.InvalidRequestException;
import io.mobula.internal.ledger.Ledger;
import java.util.function.Supplier;

/**
 * Placement where there is one node: everything runs here or is refused at once. Safe for all
 * threads.
 */
public final class SingleNode implements Places {
  private final Ledger ledger;

  /** Places on the ledger's node. */
  public SingleNode(Ledger ledger) {
    this.ledger = ledger;
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
      case Placement.Group group ->
        throw needsCluster(what, "group(" + group.group() + ", " + group.bundle() + ")");
      case Placement.Labels labels -> throw needsCluster(what, "labels(" + labels.selector() + ")");
    }
    ledger.requirePossible(wanted, what);
  }

  @Override
  public void acquire(Wanting wanting) {
    ledger.acquire(wanting);
  }

  /** The ledger says so itself. */
  @Override
  public String why(Wanting wanting) {
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
}
