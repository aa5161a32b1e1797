package io.mobula.internal.actor;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.NodeId;
import io.mobula.internal.execution.Job;
import io.mobula.internal.ledger.Lease;
import io.mobula.internal.ledger.LeaseRequester;
import io.mobula.placement.Resources;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Test of leases that wait for work of other nodes: each is taken or released, once. */
class UnclaimedLeasesTest {
  private static final NodeId A = new NodeId(1);
  private static final NodeId B = new NodeId(2);

  private final UnclaimedLeases leases = new UnclaimedLeases();
  private final List<Lease> released = new ArrayList<>();

  private Lease lease() {
    return Lease.of(new NoRequester(), List.of(), new Lease.LeaseAccounting() {
      @Override
      public void released(Lease lease) {
        released.add(lease);
      }

      @Override
      public void blocked(Lease lease) {}

      @Override
      public void resumed(Lease lease) {}
    });
  }

  @Test
  void theWorkOfTheSubmitterTakesItsLease() {
    var lease = lease();
    var giveUp = leases.add(A, 1, lease);
    assertThat(leases.take(B, 1)).isNull();
    assertThat(leases.take(A, 2)).isNull();
    assertThat(leases.take(A, 1)).isSameAs(lease);
    assertThat(leases.take(A, 1)).isNull();
    giveUp.run();
    assertThat(released).isEmpty(); // it belongs to the work now
  }

  @Test
  void aLeaseThatNobodyWantsAnyMoreIsReleased() {
    var lease = lease();
    var other = lease();
    var giveUp = leases.add(A, 1, lease);
    leases.add(B, 1, other);
    giveUp.run();
    giveUp.run();
    assertThat(released).containsExactly(lease);
    assertThat(leases.take(A, 1)).isNull();
    assertThat(leases.take(B, 1)).isSameAs(other);
  }

  /** Requester of the tests' leases, which is told nothing. */
  private static final class NoRequester implements LeaseRequester {
    @Override
    public Resources wanted() {
      return Resources.none();
    }

    @Override
    public Job job() {
      throw new UnsupportedOperationException();
    }

    @Override
    public String description() {
      return "a test";
    }

    @Override
    public boolean stillWants() {
      return false;
    }

    @Override
    public void granted(Lease lease) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void recalled(Lease lease) {}
  }
}
