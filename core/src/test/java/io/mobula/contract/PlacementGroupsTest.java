package io.mobula.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.actor.typed.javadsl.Behaviors;
import io.mobula.ActorHandle;
import io.mobula.Mobula;
import io.mobula.ObjectRef;
import io.mobula.error.ActorDiedException;
import io.mobula.error.InvalidRequestException;
import io.mobula.error.PlacementGroupException;
import io.mobula.error.PlacementGroupException.Reason;
import io.mobula.error.TaskCancelledException;
import io.mobula.error.UnschedulableException;
import io.mobula.placement.Placement;
import io.mobula.placement.PlacementGroup;
import io.mobula.placement.PlacementGroupState.Phase;
import io.mobula.placement.PlacementStrategy;
import io.mobula.placement.Resources;
import io.mobula.testkit.PollingAssert;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Test of placement groups: reservation, work in bundles, removal. */
class PlacementGroupsTest extends ContractTest {
  private static final Resources ONE = Resources.none().cpus(1);

  static final class GroupActor {
    private int calls;

    int count() {
      return ++calls;
    }

    String group() {
      return Mobula.context().placementGroup().map(PlacementGroup::toString).orElse("none");
    }
  }

  static int hold(FileLatch entered, FileLatch latch) throws Exception {
    entered.open();
    latch.await();
    return 1;
  }

  static String where() {
    return Mobula.context().placementGroup().map(PlacementGroup::toString).orElse("none");
  }

  static String groupOfChild() {
    return Mobula.task(PlacementGroupsTest::where).remote().get();
  }

  static String groupOfChildElsewhere() {
    return Mobula.task(PlacementGroupsTest::where)
        .placement(Placement.spread())
        .remote()
        .get();
  }

  static String groupOfGrandchildActor() {
    return Mobula.task(PlacementGroupsTest::groupOfActor).cpus(0).remote().get();
  }

  static String groupOfActor() {
    ActorHandle<GroupActor> actor = Mobula.actor(GroupActor::new).cpus(0).remote();
    return actor.call(GroupActor::group).remote().get();
  }

  static boolean isReady(PlacementGroup group) {
    return group.await(LONG);
  }

  private final List<PlacementGroup> made = new ArrayList<>();

  private PlacementGroup group(Resources... bundles) {
    var call = runtime.placementGroup();
    for (var bundle : bundles) {
      call = call.bundle(bundle);
    }
    var group = call.create();
    made.add(group);
    return group;
  }

  private PlacementGroup ready(Resources... bundles) {
    var group = group(bundles);
    assertThat(group.await(LONG)).isTrue();
    return group;
  }

  /** Checks that a removed group and the work in it release all resources. */
  @AfterEach
  void allIsGivenBack() throws Exception {
    made.forEach(PlacementGroup::remove);
    PollingAssert.untilEqual(runtime.totalResources(), runtime::availableResources);
  }

  private void available(double cpus) throws Exception {
    PollingAssert.untilEqual(cpus, () -> runtime.availableResources().amount(Resources.CPU));
  }

  private static Reason reason(Throwable thrown) {
    return ((PlacementGroupException) thrown).reason();
  }

  // ---- reserving

  @Test
  void whoAsksAtTheMomentAGroupBecomesReadyIsTold() {
    for (int i = 0; i < 300; i++) {
      var group = runtime.placementGroup().bundle(Resources.none().memory(1)).create();
      assertThat(group.await(LONG)).isTrue();
      group.remove();
    }
  }

  @Test
  void whatABundleHoldsIsNobodyElsesUntilTheGroupIsRemoved() throws Exception {
    var group = ready(ONE, ONE.cpus(2).gpus(1));
    available(1);
    assertThat(group.bundles()).containsExactly(ONE, ONE.cpus(2).gpus(1));
    assertThat(group.state().phase()).isEqualTo(Phase.READY);
    assertThat(group.nodes())
        .hasSize(2)
        .allMatch(node -> node.orElseThrow().toString().equals(workingNode()));
    assertThat(runtime.placementGroups()).contains(group);
    group.remove();
    available(4);
    assertThat(group.state().phase()).isEqualTo(Phase.REMOVED);
    assertThat(runtime.placementGroups()).doesNotContain(group);
    group.remove();
  }

  @Test
  void aGroupForWhichThereIsNoRoomWaitsAndSaysWhatIsMissing() throws Exception {
    var first = ready(ONE.cpus(3));
    var second = group(ONE, ONE);
    PollingAssert.until(
        "it says what is missing",
        () -> second.state().why().contains("free") && second.state().why().contains("CPU"));
    assertThat(second.state().phase()).isEqualTo(Phase.PENDING);
    assertThat(second.await(Duration.ZERO)).isFalse();
    available(1);
    assertThat(runtime.waiting())
        .anyMatch(waits -> waits.what().contains(second.id().toString()));
    first.remove();
    assertThat(second.await(LONG)).isTrue();
  }

  @Test
  void aGroupGetsWhatATaskHeldWhenThatIsDone() throws Exception {
    var entered = latch();
    var latch = latch();
    var task = runtime.task(PlacementGroupsTest::hold, entered, latch).cpus(4).remote();
    entered.await();
    var group = group(ONE.cpus(4));
    assertThat(group.await(Duration.ofMillis(50))).isFalse();
    latch.open();
    assertThat(task.get(LONG)).isEqualTo(1);
    assertThat(group.await(LONG)).isTrue();
  }

  @Test
  void readyIsARefLikeAnyOther() {
    var first = ready(ONE.cpus(4));
    var second = group(ONE);
    var refs = List.of(first.ready(), second.ready());
    var done = runtime.wait(refs, 1, LONG);
    assertThat(done.ready()).containsExactly(refs.getFirst());
    assertThat(refs.getFirst().get()).isEqualTo(first);
    assertThat(refs.getLast().cancel()).isTrue();
    assertThatThrownBy(refs.getLast()::get).isInstanceOf(TaskCancelledException.class);
    second.remove();
    assertThatThrownBy(() -> second.ready().get(LONG))
        .isInstanceOfSatisfying(
            PlacementGroupException.class,
            thrown -> assertThat(thrown.reason()).isEqualTo(Reason.REMOVED))
        .hasMessageContaining(second.id().toString());
  }

  @Test
  void aHandleIsAValue() {
    var group = ready(ONE);
    assertThat(runtime.task(PlacementGroupsTest::isReady, group).remote().get(LONG))
        .isTrue();
    assertThat(runtime.task(() -> group.bundles().getFirst()).remote().get(LONG))
        .isEqualTo(ONE);
    ObjectRef<PlacementGroup> stored = runtime.put(group);
    assertThat(stored.get()).isEqualTo(group);
  }

  // ---- working

  @Test
  void tasksShareWhatTheirBundleHoldsAndNothingElse() throws Exception {
    var group = ready(ONE, ONE);
    var entered = latch();
    var latch = latch();
    var first = runtime
        .task(PlacementGroupsTest::hold, entered, latch)
        .placement(Placement.group(group, 0))
        .remote();
    entered.await();
    var behind = runtime
        .task(PlacementGroupsTest::where)
        .placement(Placement.group(group, 0))
        .remote();
    var beside = runtime
        .task(PlacementGroupsTest::where)
        .placement(Placement.group(group, 1))
        .remote();
    assertThat(beside.get(LONG)).isEqualTo(group.toString());
    assertThat(behind.isReady()).isFalse();
    assertThat(runtime.waiting()).anyMatch(waits -> waits.what().contains("where"));
    latch.open();
    assertThat(behind.get(LONG)).isEqualTo(group.toString());
    assertThat(first.get(LONG)).isEqualTo(1);
    assertThat(runtime.task(PlacementGroupsTest::where).remote().get(LONG)).isEqualTo("none");
  }

  @Test
  void anyBundleIsOneWithRoom() throws Exception {
    var group = ready(ONE, ONE);
    var latch = latch();
    var one = latch();
    var other = latch();
    var held = List.of(
        runtime
            .task(PlacementGroupsTest::hold, one, latch)
            .placement(Placement.group(group))
            .remote(),
        runtime
            .task(PlacementGroupsTest::hold, other, latch)
            .placement(Placement.group(group))
            .remote());
    one.await();
    other.await();
    var third = runtime
        .task(PlacementGroupsTest::where)
        .placement(Placement.group(group))
        .remote();
    assertThat(third.isReady()).isFalse();
    latch.open();
    assertThat(third.get(LONG)).isEqualTo(group.toString());
    assertThat(runtime.get(held, LONG)).containsExactly(1, 1);
  }

  @Test
  void workWaitsForItsGroupToBeReady() {
    var first = ready(ONE.cpus(4));
    var second = group(ONE);
    var task = runtime
        .task(PlacementGroupsTest::where)
        .placement(Placement.group(second, 0))
        .remote();
    ActorHandle<GroupActor> actor =
        runtime.actor(GroupActor::new).placement(Placement.group(second)).remote();
    var call = actor.call(GroupActor::count).remote();
    assertThat(runtime.wait(List.of(task, call), 1, Duration.ofMillis(30)).ready())
        .isEmpty();
    first.remove();
    assertThat(task.get(LONG)).isEqualTo(second.toString());
    assertThat(call.get(LONG)).isEqualTo(1);
  }

  @Test
  void actorsHoldWhatTheirBundleHas() throws Exception {
    var group = ready(ONE, ONE);
    ActorHandle<GroupActor> first = runtime
        .actor(GroupActor::new)
        .cpus(1)
        .placement(Placement.group(group, 1))
        .remote();
    assertThat(first.call(GroupActor::group).remote().get(LONG)).isEqualTo(group.toString());
    ActorHandle<GroupActor> second = runtime
        .actor(GroupActor::new)
        .cpus(1)
        .placement(Placement.group(group, 1))
        .remote();
    var call = second.call(GroupActor::count).remote();
    assertThat(runtime.wait(List.of(call), 1, Duration.ofMillis(30)).ready()).isEmpty();
    first.kill();
    assertThat(call.get(LONG)).isEqualTo(1);
  }

  @Test
  void childrenAreCapturedWhereThatWasAskedFor() {
    var group = ready(ONE, ONE);
    var inside = Placement.group(group, 0);
    var name = group.toString();
    assertThat(runtime
            .task(PlacementGroupsTest::groupOfChild)
            .placement(inside)
            .remote()
            .get(LONG))
        .isEqualTo("none");
    var capturing = inside.capturingChildren();
    assertThat(runtime
            .task(PlacementGroupsTest::groupOfChild)
            .placement(capturing)
            .remote()
            .get(LONG))
        .isEqualTo(name);
    assertThat(runtime
            .task(PlacementGroupsTest::groupOfChildElsewhere)
            .placement(capturing)
            .remote()
            .get(LONG))
        .isEqualTo("none");
    assertThat(runtime
            .task(PlacementGroupsTest::groupOfGrandchildActor)
            .placement(capturing)
            .remote()
            .get(LONG))
        .isEqualTo(name);
  }

  static int gpu() {
    return Mobula.context().gpus().getFirst().index();
  }

  @Test
  void acceleratorsOfABundleAreAlwaysTheSame() {
    var group = ready(Resources.none().gpus(1), Resources.none().gpus(1));
    var seen = new ArrayList<Integer>();
    for (int i = 0; i < 6; i++) {
      seen.add(runtime
          .task(PlacementGroupsTest::gpu)
          .cpus(0)
          .gpus(0.5)
          .placement(Placement.group(group, i % 2))
          .remote()
          .get(LONG));
    }
    assertThat(seen.get(0)).isNotEqualTo(seen.get(1));
    assertThat(seen)
        .containsExactly(
            seen.get(0), seen.get(1), seen.get(0), seen.get(1), seen.get(0), seen.get(1));
  }

  // ---- the end

  @Test
  void removingAGroupEndsWhatRunsInItAndWhatWaits() throws Exception {
    var group = ready(ONE, ONE);
    var entered = latch();
    var running = runtime
        .task(PlacementGroupsTest::hold, entered, latch())
        .placement(Placement.group(group, 0))
        .remote();
    entered.await();
    var waiting = runtime
        .task(PlacementGroupsTest::where)
        .placement(Placement.group(group, 0))
        .remote();
    ActorHandle<GroupActor> actor = runtime
        .actor(GroupActor::new)
        .cpus(1)
        .maxRestarts(3)
        .placement(Placement.group(group, 1))
        .remote();
    assertThat(actor.call(GroupActor::count).remote().get(LONG)).isEqualTo(1);

    group.remove();

    for (var ref : List.of(running, waiting)) {
      assertThatThrownBy(() -> ref.get(LONG))
          .isInstanceOfSatisfying(
              PlacementGroupException.class,
              thrown -> assertThat(thrown.reason()).isEqualTo(Reason.REMOVED))
          .hasMessageContaining(group.id().toString())
          .hasMessageContaining("task");
    }
    PollingAssert.until("the actor has died of it", () -> {
      try {
        actor.call(GroupActor::count).remote().get(LONG);
        return false;
      } catch (ActorDiedException died) {
        return died.getMessage().contains(group.id().toString())
            && died.getCause() instanceof PlacementGroupException;
      }
    });
    available(4);
  }

  @Test
  void akkaActorsStopWithTheirGroup() throws Exception {
    var group = ready(ONE);
    var actor = runtime
        .spawn(() -> Behaviors.<String>empty(), "inside", ONE, Placement.group(group, 0))
        .toCompletableFuture()
        .get(30, TimeUnit.SECONDS);
    assertThat(actor.path().name()).startsWith("inside");
    group.remove();
    available(4); // its lease was returned
  }

  @Test
  void aRemovedGroupTakesNoWork() {
    var group = ready(ONE);
    group.remove();
    assertThatThrownBy(() -> runtime
            .task(PlacementGroupsTest::where)
            .placement(Placement.group(group))
            .remote()
            .get(LONG))
        .isInstanceOfSatisfying(
            PlacementGroupException.class,
            thrown -> assertThat(reason(thrown)).isEqualTo(Reason.REMOVED));
    ActorHandle<GroupActor> actor =
        runtime.actor(GroupActor::new).placement(Placement.group(group)).remote();
    assertThatThrownBy(() -> actor.call(GroupActor::count).remote().get(LONG))
        .isInstanceOf(PlacementGroupException.class)
        .hasMessageContaining("removed");
    assertThat(group.state().why()).contains("removed");
  }

  @Test
  void aPendingGroupCanBeRemoved() {
    var first = ready(ONE.cpus(4));
    var second = group(ONE);
    var task = runtime
        .task(PlacementGroupsTest::where)
        .placement(Placement.group(second))
        .remote();
    second.remove();
    assertThatThrownBy(() -> task.get(LONG)).isInstanceOf(PlacementGroupException.class);
    first.remove();
  }

  // ---- names

  @Test
  void aNameIsUniqueAmongLivingGroups() {
    var call = runtime.placementGroup().bundle(ONE).name("trainers");
    var first = call.create();
    made.add(first);
    assertThat(first.name()).contains("trainers");
    assertThat(first).hasToString("placement group " + first.id() + " (trainers)");
    assertThat(runtime.placementGroup("trainers")).isEqualTo(first);
    assertThat(runtime.placementGroup("trainers").bundles()).isEqualTo(first.bundles());
    assertThatThrownBy(call::create)
        .isInstanceOfSatisfying(
            PlacementGroupException.class,
            thrown -> assertThat(thrown.reason()).isEqualTo(Reason.NAME_TAKEN))
        .hasMessageContaining("trainers")
        .hasMessageContaining(first.id().toString());
    first.remove();
    assertThatThrownBy(() -> runtime.placementGroup("trainers"))
        .isInstanceOfSatisfying(
            PlacementGroupException.class,
            thrown -> assertThat(thrown.reason()).isEqualTo(Reason.NAME_UNKNOWN))
        .hasMessageContaining("trainers");
    var again = call.strategy(PlacementStrategy.STRICT_PACK).create();
    made.add(again);
    assertThat(again.await(LONG)).isTrue();
  }

  // ---- bad input

  @Test
  void groupsThatCannotBeAreRefused() {
    assertThatThrownBy(() -> runtime.placementGroup().create())
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("at least one bundle");
    assertThatThrownBy(
            () -> runtime.placementGroup().bundle(ONE).bundle(Resources.none()).create())
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("Bundle 1")
        .hasMessageContaining("nothing");
    assertThatThrownBy(() -> runtime.placementGroup().bundle(Resources.none().gpus(1.5)))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("1.5");
    assertThatThrownBy(() -> runtime.placementGroup().bundle(ONE).name(" ").create())
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("blank");
    assertThatThrownBy(() -> runtime.placementGroup().bundles(2000, ONE).create())
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("2000");
  }

  @Test
  void aNodeAloneRefusesAtOnceWhatItCanNeverHold() {
    RuntimeSource.assumeOneNode("in a cluster a larger node may join");
    assertThatThrownBy(
            () -> runtime.placementGroup().bundle(ONE).bundle(ONE.cpus(5)).create())
        .isInstanceOfSatisfying(
            PlacementGroupException.class,
            thrown -> assertThat(thrown.reason()).isEqualTo(Reason.UNSCHEDULABLE))
        .hasMessageContaining("bundle 1")
        .hasMessageContaining("CPU=5")
        .hasMessageContaining("CPU=4");
    assertThatThrownBy(() -> runtime
            .placementGroup()
            .bundles(2, ONE)
            .strategy(PlacementStrategy.STRICT_SPREAD)
            .create())
        .isInstanceOf(PlacementGroupException.class)
        .hasMessageContaining("STRICT_SPREAD");
  }

  @Test
  void workThatNoBundleCanHoldIsRefused() {
    var group = group(ONE, ONE.cpus(2));
    assertThatThrownBy(() -> runtime
            .task(PlacementGroupsTest::where)
            .cpus(2)
            .placement(Placement.group(group, 0))
            .remote())
        .isInstanceOf(UnschedulableException.class)
        .hasMessageContaining("CPU=2")
        .hasMessageContaining("CPU=1");
    assertThatThrownBy(() -> runtime
            .actor(GroupActor::new)
            .gpus(1)
            .placement(Placement.group(group))
            .remote())
        .isInstanceOf(UnschedulableException.class)
        .hasMessageContaining("no bundle");
    assertThatThrownBy(() -> Placement.group(group, 2))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("bundle 2");
    assertThatThrownBy(() -> Placement.group(group, -1))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("numbered from 0");
    assertThat(runtime
            .task(PlacementGroupsTest::where)
            .cpus(2)
            .placement(Placement.group(group))
            .remote()
            .get(LONG))
        .isEqualTo(group.toString());
  }
}
