package io.mobula.internal.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.NodeId;
import io.mobula.error.PlacementGroupException;
import io.mobula.internal.placement.PlacementDecision;
import io.mobula.placement.Placement;
import io.mobula.placement.PlacementGroup;
import io.mobula.placement.PlacementGroupId;
import io.mobula.placement.PlacementStrategy;
import io.mobula.placement.Resources;
import io.mobula.spi.PlacementGroupRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Tests of where work in groups goes, as a process knows it. */
class GroupTableTest {
  private static final NodeId SELF = new NodeId(1);
  private static final NodeId OTHER = new NodeId(2);
  private static final PlacementGroupId ID = new PlacementGroupId(OTHER.incarnation(), 1);
  private static final Resources ONE = Resources.none().cpus(1);

  private static final PlacementGroup GROUP = PlacementGroup.of(
      null,
      ID,
      new PlacementGroupRequest("g", PlacementStrategy.PACK, List.of(ONE, ONE.cpus(2)), false));
  private static final GroupSpec SPEC = new GroupSpec(
      ID, "g", PlacementStrategy.PACK, List.of(ONE.asUnits(), ONE.cpus(2).asUnits()), SELF, false);

  private @Nullable NodeId gone;
  private final GroupTable table = new GroupTable(SELF, node -> !node.equals(gone));

  private long words;

  private void told(int attempt, boolean committed, boolean before, long... places) {
    table.put(word(1, ++words, attempt, committed, before, places));
  }

  private static GroupStatus word(
      long scheduler, long word, int attempt, boolean committed, boolean before, long... places) {
    var map = new BundleAssignment(SPEC, attempt, List.of(places[0], places[1]));
    return new GroupStatus(
        new GroupStatus.Version(scheduler, word), map, committed, before, "it waits for something");
  }

  private PlacementDecision any(Resources wanted) {
    return table.choose(Placement.group(GROUP), wanted);
  }

  @Test
  void aGroupOfThisProcessWhoseCreationFailedIsRemoved() {
    var id = new PlacementGroupId(SELF.incarnation(), 7);
    var spec = new GroupSpec(id, null, PlacementStrategy.PACK, List.of(ONE.asUnits()), OTHER, true);
    var orphans = new ArrayList<PlacementGroupId>();
    table.removeOrphansBy(orphans::add);
    table.addUnready(spec);
    table.put(status(spec, 1));
    assertThat(orphans).as("its creation goes on").isEmpty();
    assertThat(table.find(id)).isNotNull();
    table.removeUnready(id);
    assertThat(table.find(id)).isNull();
    table.put(status(spec, 2));
    assertThat(orphans).containsExactly(id);
    assertThat(table.find(id)).isNull();
    table.end(id, GroupTermination.removed(""));
    table.put(status(spec, 3));
    assertThat(orphans).as("its end is known").hasSize(1);
  }

  private static GroupStatus status(GroupSpec spec, long number) {
    return new GroupStatus(
        new GroupStatus.Version(1, number),
        new BundleAssignment(spec, 1, List.of(SELF.incarnation())),
        true,
        true,
        "");
  }

  @Test
  void asksForWhatItDoesNotKnow() {
    var asked = new ArrayList<PlacementGroupId>();
    table.inquireBy(asked::add, unready -> {});
    assertThat(any(ONE)).isInstanceOf(PlacementDecision.Await.class);
    assertThat(asked).containsExactly(ID);
  }

  @Test
  void workWaitsUntilTheGroupIsReady() {
    told(1, false, false, 1, 2);
    assertThat(any(ONE))
        .isInstanceOfSatisfying(
            PlacementDecision.Await.class,
            await -> assertThat(await.why()).contains("(g)", "it waits for something"));
    told(1, true, true, 1, 2);
    assertThat(table.choose(Placement.group(GROUP, 1), ONE))
        .isEqualTo(new PlacementDecision.AtNode(OTHER));
  }

  @Test
  void workOfALostBundleWaitsAndTheRestGoesOn() {
    told(1, false, true, 1, BundleAssignment.UNASSIGNED);
    assertThat(table.choose(Placement.group(GROUP, 0), ONE))
        .isEqualTo(new PlacementDecision.AtNode(SELF));
    assertThat(table.choose(Placement.group(GROUP, 1), ONE))
        .isInstanceOf(PlacementDecision.Await.class);
    assertThat(any(ONE.cpus(2))).isInstanceOf(PlacementDecision.Await.class);
  }

  @Test
  void anyIsOneWithRoomTheOwnNodeFirst() {
    told(1, true, true, 1, 2);
    assertThat(any(ONE)).isEqualTo(new PlacementDecision.AtNode(SELF));
    assertThat(any(ONE.cpus(2)))
        .as("only one is large enough")
        .isEqualTo(new PlacementDecision.AtNode(OTHER));
    table.putLoads(SELF, List.of(new BundleLoad(ID, 0, Map.of(), 3)), true);
    assertThat(any(ONE)).isEqualTo(new PlacementDecision.AtNode(OTHER));
    table.putLoads(OTHER, List.of(new BundleLoad(ID, 1, Map.of(), 1)), true);
    assertThat(any(ONE))
        .isInstanceOfSatisfying(
            PlacementDecision.Later.class, later -> assertThat(later.queueAt()).isEqualTo(OTHER));
    table.putLoads(SELF, List.of(new BundleLoad(ID, 0, ONE.asUnits(), 0)), true);
    assertThat(any(ONE)).isEqualTo(new PlacementDecision.AtNode(SELF));
  }

  @Test
  void anOlderWordIsDropped() {
    var answer = word(1, 7, 3, false, false, 1, 1); // on its way while the group became ready
    table.put(word(1, 8, 3, true, true, 2, 2));
    table.put(answer);
    assertThat(table.choose(Placement.group(GROUP, 0), ONE))
        .isEqualTo(new PlacementDecision.AtNode(OTHER));
  }

  @Test
  void aLaterSchedulerHasTheLastWord() {
    table.put(word(2, 1, 3, true, true, 2, 2));
    table.put(word(1, 9, 3, true, true, 1, 1));
    assertThat(table.choose(Placement.group(GROUP, 0), ONE))
        .isEqualTo(new PlacementDecision.AtNode(OTHER));
  }

  @Test
  void whoWaitsAsksAgainSomeTime() {
    var reminded = new ArrayList<PlacementGroupId>();
    table.inquireBy(unknown -> {}, reminded::add);
    told(1, false, false, 1, 2);
    assertThat(any(ONE)).isInstanceOf(PlacementDecision.Await.class);
    assertThat(reminded).containsExactly(ID);
    told(1, true, true, 1, 2);
    assertThat(any(ONE)).isInstanceOf(PlacementDecision.AtNode.class);
    assertThat(reminded).as("nobody waits any more").containsExactly(ID);
  }

  @Test
  void whatHasEndedStaysSo() {
    told(1, true, true, 1, 2);
    assertThat(table.end(ID, GroupTermination.removed(""))).isNotNull();
    assertThat(table.end(ID, GroupTermination.removed(""))).isNull();
    told(2, true, true, 1, 2);
    assertThat(any(ONE))
        .isInstanceOfSatisfying(
            PlacementDecision.Refused.class,
            refused -> assertThat(refused.exception().apply("task t"))
                .isInstanceOf(PlacementGroupException.class)
                .hasMessageContaining("task t")
                .hasMessageContaining("(g)")
                .hasMessageContaining("removed"));
    assertThat(table.ended()).containsExactly(ID);
    assertThat(table.all()).isEmpty();
  }

  @Test
  void workOfABundleWhoseNodeHasLeftAsksWhereItIsNow() {
    var asked = new ArrayList<PlacementGroupId>();
    table.inquireBy(asked::add, unready -> {});
    told(1, true, true, 1, 2);
    gone = OTHER;
    assertThat(table.choose(Placement.group(GROUP, 1), ONE))
        .isInstanceOf(PlacementDecision.Await.class);
    assertThat(any(ONE.cpus(2)))
        .as("the only one that is large enough")
        .isInstanceOf(PlacementDecision.Await.class);
    assertThat(asked).containsExactly(ID, ID);
    assertThat(any(ONE)).isEqualTo(new PlacementDecision.AtNode(SELF));
    assertThat(asked).hasSize(2);
  }

  @Test
  void vouchesForItsOwnGroupsAndForThoseWhoseOwnerIsGone() {
    var others = new GroupSpec(
        new PlacementGroupId(2, 2), null, PlacementStrategy.PACK, SPEC.bundles(), OTHER, true);
    told(1, true, true, 1, 2);
    table.put(new GroupStatus(
        new GroupStatus.Version(10, 1),
        new BundleAssignment(others, 1, List.of(1L, 1L)),
        true,
        true,
        ""));
    assertThat(table.reportable(false))
        .extracting(status -> status.assignment().id())
        .containsExactly(ID);
    assertThat(table.reportable(true)).hasSize(2);
    gone = OTHER;
    assertThat(table.reportable(false)).hasSize(2);
    assertThat(table.notConfirmedBy(10)).as("told of by a scheduler before").containsExactly(ID);
    assertThat(table.notConfirmedBy(11)).containsExactlyInAnyOrder(ID, others.id());
  }
}
