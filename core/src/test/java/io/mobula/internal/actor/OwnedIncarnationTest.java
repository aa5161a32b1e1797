package io.mobula.internal.actor;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.NodeId;
import io.mobula.internal.checkpoint.CheckpointVersion;
import io.mobula.internal.placement.ClusterLeaseRequester;
import io.mobula.internal.placement.LeaseSource;
import io.mobula.internal.wait.WaitPoint;
import io.mobula.placement.Placement;
import io.mobula.placement.Resources;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Test of what an owner knows about the latest incarnation of its actor. */
class OwnedIncarnationTest {
  private static final NodeId A = new NodeId(1);
  private static final NodeId B = new NodeId(2);

  private final OwnedIncarnation incarnation = new OwnedIncarnation();
  private final ReleasedLeases released = new ReleasedLeases();

  @Test
  void eachPlacementIsANewIncarnation() {
    assertThat(incarnation.address()).isNull();
    assertThat(incarnation.lastLost()).isZero();
    var first = incarnation.beginAt(A);
    assertThat(first).isEqualTo(new ActorAddress(A, 1));
    assertThat(incarnation.isAt(first)).isTrue();
    assertThat(incarnation.lastLost()).isZero();
    incarnation.lose();
    assertThat(incarnation.isAt(first)).isFalse();
    assertThat(incarnation.lastLost()).isEqualTo(1);
    var second = incarnation.beginAt(B, 7);
    assertThat(second).isEqualTo(new ActorAddress(B, 2));
    assertThat(incarnation.isAt(first)).isFalse();
    assertThat(incarnation.lastLost()).isEqualTo(1);
  }

  @Test
  void theLeaseOfAnotherNodeIsReleasedOnce() {
    incarnation.beginAt(B, 7);
    incarnation.releaseLease(released);
    incarnation.releaseLease(released);
    assertThat(released.leases).containsExactly("node " + B + " lease 7");
  }

  @Test
  void aLeaseOfThisNodeOrOfALostHostIsNotReleasedHere() {
    incarnation.beginAt(A);
    incarnation.releaseLease(released);
    incarnation.beginAt(B, 7);
    incarnation.lose();
    incarnation.releaseLease(released);
    incarnation.beginAt(A);
    incarnation.releaseLease(released);
    assertThat(released.leases).isEmpty();
  }

  @Test
  void aSuccessorGoesOnWhereTheFormerOwnerWas() {
    incarnation.beginAt(A);
    incarnation.setRestarts(3);
    incarnation.setCheckpoint(new CheckpointVersion(2, 5));
    var state = incarnation.ownerState(true);
    assertThat(state)
        .isEqualTo(
            new ActorOwnerState(1, 3, new ActorAddress(A, 1), true, new CheckpointVersion(2, 5)));

    var inherited = new OwnedIncarnation();
    inherited.inherit(state);
    assertThat(inherited.ownerState(true)).isEqualTo(state);
    assertThat(inherited.beginAt(B, 1)).isEqualTo(new ActorAddress(B, 2));
    assertThat(inherited.history(null))
        .isEqualTo(new IncarnationSpec.History(2, 3, new CheckpointVersion(2, 5), null));
  }

  /** Source of no leases, which records those that are released. */
  private static final class ReleasedLeases implements LeaseSource {
    final List<String> leases = new ArrayList<>();

    @Override
    public void release(NodeId node, long lease) {
      leases.add("node " + node + " lease " + lease);
    }

    @Override
    public void requireSchedulable(Placement placement, Resources wanted, Supplier<String> what) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void acquire(ClusterLeaseRequester requester) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void rescanQueue(Placement placement) {
      throw new UnsupportedOperationException();
    }

    @Override
    public String waitReason(ClusterLeaseRequester requester) {
      throw new UnsupportedOperationException();
    }

    @Override
    public @Nullable WaitPoint pendingRequest(ClusterLeaseRequester requester) {
      throw new UnsupportedOperationException();
    }
  }
}
