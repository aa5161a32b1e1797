package io.mobula.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.ActorHandle;
import io.mobula.Mobula;
import io.mobula.error.ActorNameException;
import io.mobula.placement.Resources;
import io.mobula.testkit.PollingAssert;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Test of handles that keep actors alive, and of actors that nobody can reach. */
class ActorReachabilityTest extends ContractTest {
  private void makeAndForget(String name, boolean detached) {
    var call = runtime.actor(FailingActor::new, eventLog()).name(name);
    (detached ? call.detached() : call)
        .remote()
        .call(FailingActor::count)
        .remote()
        .get();
  }

  private boolean exists(String name) {
    try {
      runtime.actorNamed(name, FailingActor.class);
      return true;
    } catch (ActorNameException gone) {
      return false;
    }
  }

  @Test
  void anActorNobodyCanReachEndsByItself() throws Exception {
    awaitFreeResources();
    var actor = runtime.actor(FailingActor::new, eventLog()).cpus(3).remote();
    assertThat(actor.call(FailingActor::count).remote().get()).isEqualTo(1);
    actor = null;
    PollingAssert.untilCollected(
        "its CPUs are back", () -> runtime.availableResources().amount(Resources.CPU) == 4);
  }

  /** Actor that holds handles to itself from all possible sources. */
  static final class SelfReferencingActor {
    private final List<Object> kept = new ArrayList<>();

    int keepSelf() {
      kept.add(Mobula.context().self().orElseThrow());
      return kept.size();
    }

    int keep(Object what) {
      kept.add(what);
      return kept.size();
    }

    ActorHandle<?> self() {
      return Mobula.context().self().orElseThrow();
    }

    int keepFound(String name) {
      kept.add(Mobula.actorNamed(name, SelfReferencingActor.class));
      return kept.size();
    }

    int callSelf() {
      var self = (ActorHandle<?>) kept.getFirst();
      @SuppressWarnings("unchecked") // it is the actor's own handle
      var own = (ActorHandle<SelfReferencingActor>) self;
      own.call(SelfReferencingActor::keepSelf).remote();
      return kept.size();
    }
  }

  @Test
  void aHandleThatAnActorKeepsToItselfDoesNotKeepItAlive() throws Exception {
    awaitFreeResources();
    keepItself();
    PollingAssert.untilCollected(
        "its CPUs are back", () -> runtime.availableResources().amount(Resources.CPU) == 4);
  }

  private void keepItself() {
    var actor =
        runtime.actor(SelfReferencingActor::new).cpus(3).name("narcissus").remote();
    assertThat(actor.call(SelfReferencingActor::keepSelf).remote().get(LONG)).isEqualTo(1);
    assertThat(actor.call(SelfReferencingActor::keep, actor).remote().get(LONG)).isEqualTo(2);
    assertThat(actor.call(SelfReferencingActor::keep, List.of(actor)).remote().get(LONG))
        .isEqualTo(3);
    assertThat(actor.call(SelfReferencingActor::keepFound, "narcissus").remote().get(LONG))
        .isEqualTo(4);
    assertThat(actor.call(SelfReferencingActor::callSelf).remote().get(LONG)).isEqualTo(4);
    assertThat(actor.call(SelfReferencingActor::keepSelf).remote().get(LONG)).isEqualTo(6);
  }

  @Test
  void aHandleThatAnActorGivesAwayKeepsItAlive() throws Exception {
    awaitFreeResources();
    var self = selfOf();
    forgetOne();
    PollingAssert.untilCollected(
        "the other has ended", () -> runtime.availableResources().amount(Resources.CPU) == 1);
    @SuppressWarnings("unchecked") // as it was made
    var actor = (ActorHandle<SelfReferencingActor>) self;
    assertThat(actor.call(SelfReferencingActor::keepSelf).remote().get(LONG)).isEqualTo(1);
    actor.kill();
  }

  private ActorHandle<?> selfOf() {
    return runtime
        .actor(SelfReferencingActor::new)
        .cpus(3)
        .remote()
        .call(SelfReferencingActor::self)
        .remote()
        .get(LONG);
  }

  @Test
  void aDetachedActorLivesOnAndOthersOfItsTimeDoNot() throws Exception {
    makeAndForget("kept", true);
    awaitFreeResources();
    forgetOne();
    PollingAssert.untilCollected(
        "the other has ended", () -> runtime.availableResources().amount(Resources.CPU) == 4);
    assertThat(runtime
            .actorNamed("kept", FailingActor.class)
            .call(FailingActor::count)
            .remote()
            .get())
        .isEqualTo(2);
    runtime.actorNamed("kept", FailingActor.class).kill();
    assertThat(exists("kept")).isFalse();
  }

  private void forgetOne() {
    runtime
        .actor(FailingActor::new, eventLog())
        .cpus(1)
        .remote()
        .call(FailingActor::count)
        .remote()
        .get();
  }

  @Test
  void aForgottenActorAnswersWhatItWasSent() throws Exception {
    var latch = latch();
    var ref = runtime
        .actor(FailingActor::new, eventLog())
        .remote()
        .call(FailingActor::hold, latch)
        .remote();
    for (int i = 0; i < 5; i++) {
      System.gc();
    }
    latch.open();
    assertThat(ref.get(LONG)).isEqualTo(1);
  }

  @Test
  void aHandleInsideAStoredValueKeepsItsActorAlive() throws Exception {
    var stored = runtime.put(Map.of("a", List.of(fresh())));
    idleButFor(3);
    for (int i = 0; i < 5; i++) {
      System.gc();
    }
    assertThat(
            stored.get().get("a").getFirst().call(FailingActor::count).remote().get(LONG))
        .isEqualTo(2);
    stored.close();
    PollingAssert.untilCollected(
        "it has ended", () -> runtime.availableResources().amount(Resources.CPU) == 4);
  }

  private void idleButFor(double cpus) throws Exception {
    PollingAssert.until(
        "the others are done",
        () -> runtime.availableResources().amount(Resources.CPU) == 4 - cpus);
  }

  private ActorHandle<FailingActor> fresh() {
    var actor = runtime.actor(FailingActor::new, eventLog()).cpus(3).remote();
    actor.call(FailingActor::count).remote().get();
    return actor;
  }
}
