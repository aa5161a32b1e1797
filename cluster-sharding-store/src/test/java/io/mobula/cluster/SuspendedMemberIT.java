package io.mobula.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.mobula.Mobula;
import io.mobula.Settings;
import io.mobula.error.PlacementGroupException;
import io.mobula.placement.Resources;
import io.mobula.testkit.PollingAssert;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * One member stands still for some seconds and is not removed, as the other process of its host
 * sees that it lives. What the cluster cannot do meanwhile waits, or fails and leaves nothing.
 */
@Tag("long")
class SuspendedMemberIT {
  private static final int HOST = 2;
  private static final int OTHER_HOST = 3;
  private static final long STILL_SECONDS = 15;

  private final List<NodeProcess> nodes = new ArrayList<>();

  @AfterEach
  void end() {
    nodes.forEach(NodeProcess::close);
  }

  private static Settings settings(int host) {
    return NodeProcess.host(ClusterTestSupport.settings(), host)
        .storeCapacity(16 << 20)
        .cpus(2);
  }

  private NodeProcess started(NodeProcess node) {
    nodes.add(node);
    return node.up();
  }

  @Test
  void aNodeThatJoinsWaitsForTheMember() throws Exception {
    var first = started(NodeProcess.first(settings(HOST)));
    var still = started(NodeProcess.joining(settings(HOST), first.address()));
    still.stop();
    var joining = NodeProcess.start(settings(OTHER_HOST)
        .set("mobula.cluster.join-timeout", "8s") // half of the time that the member stands still
        .set("mobula.cluster.stopped-after", "40s")
        .join(first.address()));
    nodes.add(joining);
    TimeUnit.SECONDS.sleep(STILL_SECONDS); // the length of the fault
    assertThat(joining.isUp()).as("is up while a member cannot be reached").isFalse();
    still.wake();
    joining.up();
    assertThat(nodes).allMatch(NodeProcess::isAlive);
  }

  @Test
  void aGroupWhoseCreationFailedIsRemoved() throws Exception {
    var first = started(NodeProcess.first(settings(HOST))); // the scheduler of groups is there
    started(NodeProcess.joining(settings(HOST), first.address()));
    try (var driver = Mobula.init(
        settings(OTHER_HOST).join(first.address()).set("mobula.cluster.role", "driver"))) {
      var group = driver.placementGroup().bundles(2, Resources.none().cpus(1));
      var earlier = group.create();
      assertThat(earlier.ready().get(ClusterTestSupport.LIMIT)).isEqualTo(earlier);
      earlier.remove();
      first.stop();
      assertThatExceptionOfType(PlacementGroupException.class)
          .isThrownBy(group::create)
          .satisfies(
              e -> assertThat(e.reason()).isEqualTo(PlacementGroupException.Reason.NO_ANSWER));
      first.wake();
      // a group that is made after the scheduler is back shows that it has handled the first
      var last = group.name("last").create();
      assertThat(last.ready().get(Duration.ofMinutes(1))).isEqualTo(last);
      PollingAssert.until(
          () -> "only the last group is left: " + driver.placementGroups(),
          () -> driver.placementGroups().equals(List.of(last)));
      var whole = driver.placementGroup().bundles(2, Resources.none().cpus(1)).create();
      assertThat(whole.ready().get(Duration.ofMinutes(1)))
          .as("the other two CPUs are free, as nothing holds the first group")
          .isEqualTo(whole);
    }
  }
}
