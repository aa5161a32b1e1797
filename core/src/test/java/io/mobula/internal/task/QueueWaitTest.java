package io.mobula.internal.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.info.WaitReport.WaitCause;
import io.mobula.internal.wait.WaitPoint;
import io.mobula.internal.wait.WaitStep;
import io.mobula.internal.wait.WaitStep.Next.ChainEnd;
import io.mobula.placement.Resources;
import org.junit.jupiter.api.Test;

/** Test of what a queue says about the wait of its tasks. */
class QueueWaitTest {
  private static final WaitPoint REQUEST = () -> WaitStep.end("a request", WaitCause.RESOURCES);

  private static QueueWait queue(
      boolean closed, boolean asks, boolean awaitsThread, boolean hasSlots) {
    return new QueueWait(Resources.none().cpus(2), 3, closed, asks, 9, awaitsThread, hasSlots);
  }

  @Test
  void aQueueThatAsksForALeaseWaitsForItsRequest() {
    var step = queue(false, true, false, true).step(() -> REQUEST);
    assertThat(step.text()).contains("has 3 tasks").endsWith("and waits for a lease");
    assertThat(step.next()).isNotInstanceOf(ChainEnd.class);
  }

  @Test
  void aRequestThatNobodyHasIsWaitedForInVain() {
    var step = queue(false, true, false, true).step(() -> null);
    assertThat(step.text()).contains("expects a lease, for which there is no request");
    assertThat(step.next()).isEqualTo(new ChainEnd(WaitCause.NOBODY));
  }

  @Test
  void withoutARequestTheCauseIsTheThreadTheSlotsOrNobody() {
    assertThat(queue(false, false, true, false).step(() -> null).next())
        .isEqualTo(new ChainEnd(WaitCause.TIMER));
    assertThat(queue(false, false, false, true).step(() -> null).next())
        .isEqualTo(new ChainEnd(WaitCause.RUNNING));
    assertThat(queue(false, false, false, false).step(() -> null).next())
        .isEqualTo(new ChainEnd(WaitCause.NOBODY));
  }

  @Test
  void aClosedQueueServesNobody() {
    var step = queue(true, true, false, true).step(() -> REQUEST);
    assertThat(step.text()).endsWith("and is closed");
    assertThat(step.next()).isEqualTo(new ChainEnd(WaitCause.NOBODY));
  }
}
