package io.mobula.testkit.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.HashSet;
import org.junit.jupiter.api.Test;

class FaultPlanTest {
  private static FaultPlan.Builder plan(long seed) {
    return FaultPlan.builder().seed(seed).nodes(4).length(Duration.ofMinutes(5));
  }

  @Test
  void aSeedIsAlwaysTheSamePlan() {
    for (long seed = 0; seed < 50; seed++) {
      assertThat(plan(seed).build().faults()).isEqualTo(plan(seed).build().faults());
    }
    assertThat(plan(1).build().faults()).isNotEqualTo(plan(2).build().faults());
  }

  @Test
  void fewerThanHalfOfTheNodesAreMissingAtAnyTime() {
    for (long seed = 0; seed < 200; seed++) {
      for (int nodes = 3; nodes < 7; nodes++) {
        var faults = plan(seed).nodes(nodes).build().faults();
        for (var now : faults) {
          var missing = new HashSet<Integer>();
          for (var other : faults) {
            boolean disturbs = !other.fault().outage().isZero();
            boolean begun = other.at().compareTo(now.at()) <= 0;
            if (disturbs && begun && now.at().compareTo(other.outageEnd()) < 0) {
              assertThat(missing.add(other.node()))
                  .as("seed %d, %s", seed, other)
                  .isTrue();
            }
          }
          assertThat(2 * missing.size()).as("seed %d, %s", seed, now).isLessThan(nodes);
        }
      }
    }
  }

  @Test
  void pausesEndBeforeThePlanDoes() {
    for (long seed = 0; seed < 200; seed++) {
      var plan = plan(seed).only(FaultPlan.Kind.VERY_LONG_PAUSE).build();
      assertThat(plan.faults())
          .allSatisfy(
              each -> assertThat(each.at().plusSeconds(60)).isLessThanOrEqualTo(plan.length()));
    }
  }

  @Test
  void everyKindIsDrawn() {
    var drawn = new HashSet<Class<?>>();
    for (long seed = 0; seed < 20; seed++) {
      plan(seed)
          .only(FaultPlan.Kind.values())
          .build()
          .faults()
          .forEach(each -> drawn.add(each.fault().getClass()));
    }
    assertThat(drawn).containsExactlyInAnyOrder(Fault.class.getPermittedSubclasses());
  }

  @Test
  void whatNeedsRootIsNotDrawnUnlessItIsAskedFor() {
    for (long seed = 0; seed < 50; seed++) {
      assertThat(plan(seed).build().faults())
          .noneMatch(each -> each.fault() instanceof Fault.Partition
              || each.fault() instanceof Fault.PartialPartition
              || each.fault() instanceof Fault.FillStoreDisk
              || each.fault() instanceof Fault.DamageSpilled
              || each.fault() instanceof Fault.KillDriver
              || each.fault() instanceof Fault.ClockJump
              || each.fault() instanceof Fault.PauseTransport
              || each.fault() instanceof Fault.ResetConnections
              || each.fault() instanceof Fault.HalfCloseConnections
              || each.fault() instanceof Fault.SlowConnections);
    }
  }

  @Test
  void nothingIsDrawnForANodeThatIsSpared() {
    for (long seed = 0; seed < 50; seed++) {
      assertThat(plan(seed).spare(2).build().faults())
          .isNotEmpty()
          .noneMatch(each -> each.node() == 2);
    }
  }

  @Test
  void addedFaultsAreTakenAsTheyAre() {
    var added = new PlannedFault(Duration.ofSeconds(7), 3, new Fault.Kill());
    var plan = plan(1).only().add(added.at(), added.node(), added.fault()).build();
    assertThat(plan.faults()).containsExactly(added);
  }

  @Test
  void aFaultOfANodeThatThereIsNotIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> plan(1).add(Duration.ZERO, 4, new Fault.Kill()).build())
        .withMessageContaining("there are 4 nodes");
  }
}
