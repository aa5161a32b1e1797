package io.mobula.internal.placement;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.NodeId;
import io.mobula.info.WaitReport.WaitCause;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.lane.SimulatedTransport;
import io.mobula.internal.wait.WaitStep;
import io.mobula.placement.Placement;
import org.junit.jupiter.api.Test;

/** Test of what a search for a lease says of where its request is. */
class LeaseSearchWaitTest {
  private static final NodeId SELF = new NodeId(1);
  private static final NodeId OTHER = new NodeId(2);

  private final LeaseSearchDependencies dependencies = new LeaseSearchDependencies(
      null,
      new SimulatedTransport(SimulatedTransport.peer(SELF.incarnation(), Peer.Role.NODE))
          .peerTransport(),
      null,
      null,
      null);

  private WaitStep step(LeaseSearchWait wait) {
    return wait.step(Placement.anywhere(), dependencies);
  }

  @Test
  void aRequestAtNoNodeWaitsForWhatTheLastAttemptSays() {
    var step = step(new LeaseSearchWait(null, null, 0, "no node has so much", 1));
    assertThat(step.text()).isEqualTo("its request for a lease waits: no node has so much");
    assertThat(step.next()).isEqualTo(new WaitStep.Next.ChainEnd(WaitCause.RESOURCES));
  }

  @Test
  void aRequestAtNoNodeOfWhichNothingIsSaidWaitsForNobody() {
    var step = step(new LeaseSearchWait(null, null, 0, "", 7));
    assertThat(step.next()).isEqualTo(new WaitStep.Next.ChainEnd(WaitCause.NOBODY));
    assertThat(step.version()).as("changes with each attempt").isEqualTo(7);
  }

  @Test
  void aRequestAtAnotherNodeGoesOnThereByItsNumber() {
    var step = step(new LeaseSearchWait(OTHER, null, 5, "it is busy", 1));
    assertThat(step.text()).contains("number 5, is at node " + OTHER).endsWith("(it is busy)");
    assertThat(step.next())
        .isEqualTo(new WaitStep.Next.RemoteWork(OTHER, WaitStep.Work.lease(SELF, 5)));
  }
}
