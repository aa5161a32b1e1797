package io.mobula.internal.placement;

import io.mobula.error.UnschedulableException;
import io.mobula.internal.codec.CapturedThrowable;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chooser of nodes that refuses a request if another chooser throws or gives no choice. The
 * placement policy behind that one is user code: what it throws is the outcome of the request.
 *
 * @param chooser the other chooser
 */
record GuardedNodeChooser(NodeChooser chooser) implements NodeChooser {
  private static final Logger LOG = LoggerFactory.getLogger(GuardedNodeChooser.class);

  @Override
  public PlacementDecision choose(ClusterLeaseRequester requester, long turn) {
    try {
      return Objects.requireNonNull(chooser.choose(requester, turn), "no choice");
    } catch (Throwable e) {
      LOG.warn(
          "The placement policy has thrown; {} cannot be placed",
          requester.description(),
          CapturedThrowable.of(e).exception());
      var thrown = e.getClass().getName();
      return new PlacementDecision.Refused(who -> new UnschedulableException(who
          + " cannot be placed: the placement policy has thrown " + thrown
          + ", see the log. Mend the policy, or leave it out."));
    }
  }
}
