package io.mobula.internal.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.NodeId;
import io.mobula.info.WaitReport.WaitCause;
import io.mobula.internal.execution.Job;
import io.mobula.internal.wait.WaitStep;
import io.mobula.placement.Resources;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Test of what a ledger says of a request that waits, by its balance, its queue and its leases. */
class LedgerExplainerTest {
  private static final Resources TOTAL = Resources.none().cpus(4);

  private final ResourceBalance balance = new ResourceBalance(TOTAL, List.of());
  private final FairQueue queue = new FairQueue(new DominantShares(TOTAL));
  private final Map<Lease, Boolean> held = new LinkedHashMap<>();
  private final LedgerExplainer explainer = new LedgerExplainer(balance, queue, held);

  /** Requester that is never granted anything. */
  private record Waiting(String description, Resources wanted, boolean stillWants)
      implements LeaseRequester {
    @Override
    public Job job() {
      return new Job(new NodeId(1), false, null, 1);
    }

    @Override
    public void granted(Lease lease) {}

    @Override
    public void recalled(Lease lease) {}
  }

  private static Waiting waiting(String description, double cpus) {
    return new Waiting(description, Resources.none().cpus(cpus), true);
  }

  private Waiting queued(String description, double cpus) {
    var requester = waiting(description, cpus);
    queue.add(requester);
    return requester;
  }

  private void hold(String description, double cpus, boolean isBlocked) {
    var requester = waiting(description, cpus);
    var shares = balance.take(requester.wanted());
    held.put(new Lease(requester, shares, null), isBlocked);
  }

  @Test
  void namesTheLargestHoldersOfWhatARequestLacks() {
    hold("a small one", 0.5, false);
    hold("one that waits itself", 1.5, true);
    hold("a large one", 1, false);
    hold("a middle one", 0.75, false);
    var step = explainer.explain(queued("the request", 4));
    assertThat(step.next()).isEqualTo(new WaitStep.Next.ChainEnd(WaitCause.RESOURCES));
    assertThat(step.text())
        .contains("lacks [CPU]")
        .endsWith("holders: a large one; a middle one; a small one");
  }

  @Test
  void aRequestThatFitsAndIsNotGrantedAlthoughNobodyHoldsAnythingIsAFault() {
    assertThat(explainer.explain(queued("small", 1)).next())
        .isEqualTo(new WaitStep.Next.ChainEnd(WaitCause.NOBODY));
    assertThat(explainer.explain(queued("too large", 5)).next())
        .isEqualTo(new WaitStep.Next.ChainEnd(WaitCause.RESOURCES));
    assertThat(explainer.explain(waiting("unknown", 1)).text()).contains("no such request");
  }

  @Test
  void reportsTheOldestThousandThatAreStillWanted() {
    queue.add(new Waiting("withdrawn", TOTAL, false));
    for (int i = 0; i < 1_100; i++) {
      queued("number " + i, 1);
    }
    var report = explainer.report();
    assertThat(report.waiting()).hasSize(1_000);
    assertThat(report.waiting().getFirst().what()).isEqualTo("number 0");
    assertThat(report.available()).isEqualTo(TOTAL);
  }
}
