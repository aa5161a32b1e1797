package io.mobula.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.ActorHandle;
import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.error.ActorDiedException;
import io.mobula.error.PlacementGroupException;
import io.mobula.placement.Placement;
import io.mobula.placement.PlacementGroup;
import io.mobula.placement.Resources;
import io.mobula.testkit.PollingAssert;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Test of actors in a cluster of one node: their placement, waiting and end. */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SingleNodeClusterTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  @TempDir
  static Path directory;

  private MobulaRuntime runtime;

  static final class HandleKeeper {
    private final List<Object> kept = new ArrayList<>();

    int keepSelf() {
      kept.add(Mobula.context().self().orElseThrow());
      return kept.size();
    }

    int keep(Object what) {
      kept.add(what);
      return kept.size();
    }

    int hold(FileLatch entered, FileLatch latch) throws Exception {
      entered.open();
      latch.await();
      return 1;
    }
  }

  @BeforeAll
  void open() {
    runtime = Mobula.init(Mobula.settings()
        .listen(0)
        .cpus(4)
        .storeCapacity(32 << 20)
        .set("mobula.actors.handle-grace", "100ms")
        .storeDirectory(directory));
  }

  @AfterAll
  void close() {
    runtime.close();
  }

  private FileLatch gate(String name) {
    return new FileLatch(directory.resolve(name).toString());
  }

  private boolean isListed(String what) {
    return runtime.waiting().stream().anyMatch(waiting -> waiting.what().contains(what));
  }

  private void allIsFree() throws Exception {
    PollingAssert.untilEqual(runtime.totalResources(), runtime::availableResources);
  }

  @Test
  void aKilledActorWaitsForNothing() throws Exception {
    var actor = runtime.actor(HandleKeeper::new).cpus(64).remote();
    var call = actor.call(HandleKeeper::keepSelf).remote();
    PollingAssert.until(
        "it is listed", () -> isListed("HandleKeeper") && isListed("1 call of actor HandleKeeper"));
    actor.kill();
    PollingAssert.until("it is listed no more", () -> !isListed("HandleKeeper"));
    assertThatThrownBy(() -> call.get(LONG))
        .isInstanceOf(ActorDiedException.class)
        .hasMessageContaining("HandleKeeper.keepSelf has not been run");
  }

  @Test
  void anActorThatWaitsInAGroupDiesWithIt() throws Exception {
    allIsFree();
    var group = runtime.placementGroup().bundle(Resources.none().cpus(2)).create();
    assertThat(group.await(LONG)).isTrue();
    ActorHandle<HandleKeeper> first = inGroup(group);
    assertThat(first.call(HandleKeeper::keepSelf).remote().get(LONG)).isEqualTo(1);
    ActorHandle<HandleKeeper> second = inGroup(group); // the group has no room for it
    var waits = second.call(HandleKeeper::keepSelf).remote();
    var task =
        runtime.task(() -> 1).cpus(1).placement(Placement.group(group, 0)).remote();
    group.remove();
    assertThatThrownBy(() -> waits.get(LONG)).isInstanceOf(PlacementGroupException.class);
    assertThatThrownBy(() -> task.get(LONG)).isInstanceOf(PlacementGroupException.class);
    PollingAssert.until(
        "it is dead",
        () -> { // removing a group does not wait for that
          try {
            first.call(HandleKeeper::keepSelf).remote().get(LONG);
            return false;
          } catch (ActorDiedException dead) {
            return dead.getCause() instanceof PlacementGroupException;
          }
        });
    allIsFree();
  }

  private ActorHandle<HandleKeeper> inGroup(PlacementGroup group) {
    return runtime
        .actor(HandleKeeper::new)
        .cpus(2)
        .maxRestarts(5)
        .placement(Placement.group(group, 0))
        .remote();
  }

  @Test
  void aHandleThatAnActorKeepsToItselfDoesNotKeepItAlive() throws Exception {
    allIsFree();
    keepItself();
    PollingAssert.untilCollected(
        "its CPUs are back", () -> runtime.availableResources().amount(Resources.CPU) == 4);
  }

  private void keepItself() {
    var actor = runtime.actor(HandleKeeper::new).cpus(3).remote();
    assertThat(actor.call(HandleKeeper::keepSelf).remote().get(LONG)).isEqualTo(1);
    assertThat(actor.call(HandleKeeper::keep, actor).remote().get(LONG)).isEqualTo(2);
    assertThat(actor.call(HandleKeeper::keep, List.of(actor)).remote().get(LONG))
        .isEqualTo(3);
  }

  @Test
  void callsThatWaitAtABusyActorAreListed() throws Exception {
    var actor = runtime.actor(HandleKeeper::new).remote();
    var entered = gate("entered");
    var latch = gate("gate");
    var held = actor.call(HandleKeeper::hold, entered, latch).remote();
    entered.await();
    var later = actor.call(HandleKeeper::keepSelf).remote();
    PollingAssert.until("it is listed", () -> isListed("1 call of actor HandleKeeper"));
    latch.open();
    assertThat(runtime.get(List.of(held, later), LONG)).containsExactly(1, 1);
    PollingAssert.until("it is listed no more", () -> !isListed("HandleKeeper"));
  }
}
