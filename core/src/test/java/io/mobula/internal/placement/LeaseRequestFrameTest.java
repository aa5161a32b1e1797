package io.mobula.internal.placement;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.NodeId;
import io.mobula.internal.execution.Job;
import io.mobula.internal.lane.FrameKind;
import io.mobula.internal.lane.FrameReader;
import io.mobula.placement.Resources;
import org.junit.jupiter.api.Test;

/** Tests that a request for a lease is read as it was written. */
class LeaseRequestFrameTest {
  @Test
  void isReadAsItWasWritten() {
    var frame = new LeaseRequestFrame(
        7,
        ClusterLeaseRequester.Purpose.ACTOR,
        Resources.none().cpus(0.5).resource("Licence", 3),
        "actor Counter",
        1,
        new Job(new NodeId(3), true, null, 2),
        null);
    var reader = new FrameReader(frame.toBytes());
    assertThat(reader.octet()).isEqualTo(FrameKind.LEASE_REQUEST.number());
    assertThat(LeaseRequestFrame.read(reader)).isEqualTo(frame);
  }
}
