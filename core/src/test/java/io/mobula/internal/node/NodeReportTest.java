package io.mobula.internal.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.MobulaRuntime.WaitingWork;
import io.mobula.placement.Resources;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Tests of the sum of nodes' reports. */
class NodeReportTest {
  private static WaitingWork work(int number) {
    return new WaitingWork("task " + number, Resources.none().cpus(1), "no node is free");
  }

  private static NodeReport report(Resources total, Resources free, WaitingWork... waiting) {
    return new NodeReport(total, free, List.of(waiting), List.of());
  }

  @Test
  void addsResourcesByNameAndListsAllWork() {
    var one = report(Resources.none().cpus(2), Resources.none().cpus(0.5), work(1));
    var other = report(
        Resources.none().cpus(1).resource("Licence", 3),
        Resources.none().resource("Licence", 1),
        work(2));
    var sum = one.plus(other);
    assertThat(sum.total()).isEqualTo(Resources.none().cpus(3).resource("Licence", 3));
    assertThat(sum.available()).isEqualTo(Resources.none().cpus(0.5).resource("Licence", 1));
    assertThat(sum.waiting()).containsExactly(work(1), work(2));
  }

  @Test
  void nothingAddsNothing() {
    var one = report(Resources.none().cpus(2), Resources.none().cpus(1), work(1));
    assertThat(NodeReport.NOTHING.plus(one)).isEqualTo(one);
    assertThat(one.plus(NodeReport.NOTHING)).isEqualTo(one);
  }

  @Test
  void listsAThousandAtMost() {
    var many = IntStream.range(0, 700).mapToObj(NodeReportTest::work).toArray(WaitingWork[]::new);
    var one = report(Resources.none(), Resources.none(), many);
    assertThat(one.plus(one).waiting()).hasSize(1000);
  }
}
