package io.mobula.internal.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.NodeId;
import io.mobula.placement.PlacementGroupId;
import io.mobula.placement.PlacementStrategy;
import io.mobula.placement.Resources;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Test of the two-phase commit of one group with a bundle on each of two nodes. */
class GroupCommitsTest {
  private static final NodeId ONE = new NodeId(1);
  private static final NodeId TWO = new NodeId(2);
  private static final Map<String, Long> CPU = Resources.none().cpus(1).asUnits();
  private static final SchedulerTiming TIMING = new SchedulerTiming(500, 300, 50, 200, 10_000);

  private final List<String> told = new ArrayList<>();
  private final SchedulerEffects effects = new RecordedEffects();
  private final MemberReports reports = new MemberReports(effects, List.of(ONE, TWO));
  private final GroupCommits commits = new GroupCommits(TIMING, effects, reports);
  private final GroupEntry group = new GroupEntry(new GroupSpec(
      new PlacementGroupId(1, 1), null, PlacementStrategy.SPREAD, List.of(CPU, CPU), ONE, false));

  @BeforeEach
  void prepare() {
    commits.prepare(group, Map.of(0, ONE, 1, TWO), 0);
    assertThat(told).containsExactly("prepare 1 at 1", "prepare 1 at 2");
    told.clear();
  }

  @Test
  void commitsWhenAllNodesHaveReservedAndSettlesWhenAllHaveCommitted() {
    commits.prepared(group, ONE, 1, 10);
    assertThat(told).isEmpty();
    commits.prepared(group, TWO, 1, 20);
    assertThat(told).containsExactlyInAnyOrder("commit at 1", "commit at 2", "status");
    told.clear();
    commits.committed(group, ONE, 1, List.of(0));
    assertThat(group.isCommitted()).isFalse();
    commits.committed(group, TWO, 1, List.of(1));
    assertThat(group.isCommitted()).isTrue();
    assertThat(told).containsExactly("status");
  }

  @Test
  void abortsEverywhereWhenOneNodeRefuses() {
    commits.prepared(group, ONE, 1, 10);
    commits.refused(group, TWO, 1, 20);
    assertThat(told).containsExactlyInAnyOrder("abort 1 at 1", "abort 1 at 2", "status");
    assertThat(group.isWaiting()).isTrue();
    assertThat(group.mayTry(69)).isFalse();
    assertThat(group.mayTry(70)).as("after the first backoff").isTrue();
  }

  @Test
  void tellsAProcessThatHasLeftOfNoAbort() {
    reports.left(TWO);
    commits.abort(group, "node 2 has left", 20);
    assertThat(told).containsExactlyInAnyOrder("abort 1 at 1", "status");
  }

  @Test
  void anAnswerToAnotherAttemptIsAborted() {
    commits.prepared(group, ONE, 7, 10);
    assertThat(told).containsExactly("abort 7 at 1");
    commits.refused(group, ONE, 7, 10);
    commits.committed(group, ONE, 7, List.of(0));
    assertThat(told).hasSize(1);
    assertThat(group.isPreparing()).isTrue();
  }

  @Test
  void lateAnswersAbortAnAttemptThatIsNotDecidedAndRepeatOneThatIs() {
    commits.handleLate(group, 299);
    assertThat(told).isEmpty();
    commits.prepared(group, ONE, 1, 10);
    commits.prepared(group, TWO, 1, 20);
    commits.committed(group, ONE, 1, List.of(0));
    told.clear();
    commits.handleLate(group, 320);
    assertThat(told).as("a decision stands").containsExactly("commit at 2");

    var other = new GroupEntry(group.spec());
    commits.prepare(other, Map.of(0, ONE), 400);
    told.clear();
    commits.handleLate(other, 700);
    assertThat(told).containsExactly("abort 1 at 1", "status");
    assertThat(other.isWaiting()).isTrue();
  }

  /** Effects that are kept as words. */
  private final class RecordedEffects implements SchedulerEffects {
    private long versions;

    @Override
    public GroupStatus.Version nextVersion() {
      return new GroupStatus.Version(1, ++versions);
    }

    @Override
    public void ask(NodeId node) {}

    @Override
    public void prepare(NodeId at, GroupSpec spec, int attempt, List<Integer> bundles) {
      told.add("prepare " + attempt + " at " + at.incarnation());
    }

    @Override
    public void commit(NodeId at, BundleAssignment map) {
      told.add("commit at " + at.incarnation());
    }

    @Override
    public void abort(NodeId at, PlacementGroupId id, int attempt) {
      told.add("abort " + attempt + " at " + at.incarnation());
    }

    @Override
    public void remove(NodeId at, PlacementGroupId id, GroupTermination termination) {}

    @Override
    public void publish(GroupStatus status) {
      told.add("status");
    }

    @Override
    public void ended(PlacementGroupId id, GroupTermination termination) {}

    @Override
    public void updatesComplete() {}
  }
}
