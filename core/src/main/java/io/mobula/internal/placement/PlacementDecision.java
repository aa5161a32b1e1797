package io.mobula.internal.placement;

import io.mobula.NodeId;
import io.mobula.error.MobulaException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Decision where a request for a lease goes. */
public sealed interface PlacementDecision {
  /** Decision for that node's ledger, which can most likely grant the request now. */
  record AtNode(NodeId node) implements PlacementDecision {}

  /** Decision to wait: the request can be granted some time, but not now. */
  record Later(@Nullable NodeId queueAt, String why) implements PlacementDecision {}

  /** Decision to wait without a limit: there is no node to ask yet, but there will be. */
  record Await(String why) implements PlacementDecision {}

  /**
   * Decision to fail the request, which can never be granted.
   *
   * @param exception makes the exception from the requester's name
   */
  record Refused(Function<String, MobulaException> exception) implements PlacementDecision {}
}
