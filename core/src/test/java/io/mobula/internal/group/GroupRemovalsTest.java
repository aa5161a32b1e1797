package io.mobula.internal.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.NodeId;
import io.mobula.placement.PlacementGroupId;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Tests of the removal of ended groups from the nodes that have bundles of them. */
class GroupRemovalsTest {
  private static final NodeId ONE = new NodeId(1);
  private static final NodeId TWO = new NodeId(2);
  private static final GroupTermination ENDING = GroupTermination.removed("by a test");

  private final RecordedEffects effects = new RecordedEffects();
  private final GroupRemovals removals = new GroupRemovals(effects);

  private static PlacementGroupId id(long number) {
    return new PlacementGroupId(1, number);
  }

  @Test
  void isOverWhenAllNodesHaveConfirmed() {
    removals.begin(id(1), ENDING, Set.of(ONE, TWO));
    assertThat(effects.removed).containsExactlyInAnyOrder(ONE, TWO);
    assertThat(effects.ended).containsExactly(id(1));
    removals.confirmed(ONE, id(1));
    assertThat(removals.areUnderWay()).isTrue();
    removals.confirmed(TWO, id(1));
    assertThat(removals.areUnderWay()).isFalse();
    assertThat(removals.find(id(1))).isEqualTo(ENDING);
  }

  @Test
  void isOverWhenTheLastNodeHasLeft() {
    removals.begin(id(1), ENDING, Set.of(ONE));
    removals.left(ONE);
    assertThat(removals.areUnderWay()).isFalse();
  }

  @Test
  void needsNobodyForAGroupWithoutBundles() {
    removals.begin(id(1), ENDING, Set.of());
    assertThat(removals.areUnderWay()).isFalse();
    assertThat(effects.ended).containsExactly(id(1));
  }

  @Test
  void tellsThoseAgainThatHaveNotConfirmed() {
    removals.begin(id(1), ENDING, Set.of(ONE, TWO));
    removals.confirmed(ONE, id(1));
    effects.removed.clear();
    removals.tellAgain();
    assertThat(effects.removed).containsExactly(TWO);
  }

  @Test
  void alsoWaitsForANodeThatReportsLate() {
    removals.remember(id(1), ENDING);
    removals.addHolder(TWO, id(1), ENDING);
    assertThat(effects.removed).containsExactly(TWO);
    assertThat(removals.areUnderWay()).isTrue();
    removals.confirmed(TWO, id(1));
    assertThat(removals.areUnderWay()).isFalse();
  }

  @Test
  void forgetsTheOldestEndings() {
    for (int i = 0; i < 5_000; i++) {
      removals.remember(id(i), ENDING);
    }
    assertThat(removals.find(id(0))).isNull();
    assertThat(removals.find(id(4_999))).isEqualTo(ENDING);
  }

  /** Effects that are recorded; a removal causes no others. */
  private static final class RecordedEffects implements SchedulerEffects {
    private final List<NodeId> removed = new ArrayList<>();
    private final List<PlacementGroupId> ended = new ArrayList<>();

    @Override
    public void remove(NodeId at, PlacementGroupId id, GroupTermination termination) {
      removed.add(at);
    }

    @Override
    public void ended(PlacementGroupId id, GroupTermination termination) {
      ended.add(id);
    }

    @Override
    public GroupStatus.Version nextVersion() {
      throw new AssertionError("no version is asked for");
    }

    @Override
    public void ask(NodeId node) {
      throw new AssertionError("no node is asked");
    }

    @Override
    public void prepare(NodeId at, GroupSpec spec, int attempt, List<Integer> bundles) {
      throw new AssertionError("nothing is prepared");
    }

    @Override
    public void commit(NodeId at, BundleAssignment map) {
      throw new AssertionError("nothing is committed");
    }

    @Override
    public void abort(NodeId at, PlacementGroupId id, int attempt) {
      throw new AssertionError("nothing is aborted");
    }

    @Override
    public void publish(GroupStatus status) {
      throw new AssertionError("no status is published");
    }

    @Override
    public void updatesComplete() {
      throw new AssertionError("no updates are sent");
    }
  }
}
