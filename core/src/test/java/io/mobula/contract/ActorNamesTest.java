package io.mobula.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.Mobula;
import io.mobula.ObjectRef;
import io.mobula.error.ActorDiedException;
import io.mobula.error.ActorNameException;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

/** Test of the names of actors. */
class ActorNamesTest extends ContractTest {

  record ThrowingActor(String what) {
    ThrowingActor {
      if (what.startsWith("bad")) {
        throw new IllegalArgumentException(what);
      }
    }
  }

  @Test
  void anActorIsFoundByItsName() {
    var actor = runtime.actor(FailingActor::new, eventLog()).name("found").remote();
    assertThat(actor.call(FailingActor::count).remote().get()).isEqualTo(1);
    assertThat(runtime
            .actorNamed("found", FailingActor.class)
            .call(FailingActor::count)
            .remote()
            .get())
        .isEqualTo(2);
    assertThat(Mobula.actorNamed("found", FailingActor.class)).isEqualTo(actor);
    assertThat(Mobula.findActor("found", FailingActor.class)).contains(actor);
    assertThat(runtime.findActor("absent", FailingActor.class)).isEmpty();
    assertThatThrownBy(() -> runtime.findActor("found", String.class))
        .isInstanceOf(ActorNameException.class);
    assertThat(runtime
            .task(() -> Mobula.actorNamed("found", FailingActor.class)
                .call(FailingActor::count)
                .remote()
                .get())
            .remote()
            .get(LONG))
        .isEqualTo(3);
    assertThatThrownBy(() -> runtime.actorNamed("found", String.class))
        .isInstanceOf(ActorNameException.class)
        .hasMessageContaining("FailingActor");
    actor.kill();
    assertThatThrownBy(() -> runtime.actorNamed("found", FailingActor.class))
        .isInstanceOf(ActorNameException.class)
        .hasMessageContaining("found");
    assertThatThrownBy(() -> runtime.actorNamed(null, FailingActor.class))
        .isInstanceOf(NullPointerException.class);
  }

  @Test
  void aTakenNameIsRefusedUnlessItsHolderIsWelcome() throws Exception {
    var journal = eventLog();
    var actor = runtime.actor(FailingActor::new, journal).name("taken").remote();
    actor.call(FailingActor::count).remote().get();
    assertThatThrownBy(
            () -> runtime.actor(FailingActor::new, journal).name("taken").remote())
        .isInstanceOf(ActorNameException.class)
        .hasMessageContaining("taken")
        .hasMessageContaining("getIfExists");
    var same =
        runtime.actor(FailingActor::new, journal).name("taken").getIfExists().remote();
    assertThat(same).isEqualTo(actor);
    assertThat(same.call(FailingActor::count).remote().get()).isEqualTo(2);
    assertThat(journal.count("made")).isEqualTo(1);
    actor.kill();
    var other =
        runtime.actor(FailingActor::new, journal).name("taken").getIfExists().remote();
    assertThat(other).isNotEqualTo(actor);
    assertThat(other.call(FailingActor::count).remote().get()).isEqualTo(1);
    other.kill();
  }

  @Test
  void manyThatWantOneNameGetOneActor() throws Exception {
    var journal = eventLog();
    var tasks = new ArrayList<ObjectRef<Integer>>();
    var keep = runtime.actor(ArrayList<String>::new).remote();
    for (int i = 0; i < 20; i++) {
      tasks.add(runtime
          .task(
              (FileEventLog j) -> Mobula.actor(FailingActor::new, j)
                  .name("single")
                  .getIfExists()
                  .detached()
                  .remote()
                  .call(FailingActor::count)
                  .remote()
                  .get(),
              journal)
          .remote());
    }
    assertThat(runtime.get(tasks, LONG)).doesNotHaveDuplicates().contains(1, 20);
    assertThat(journal.count("made")).isEqualTo(1);
    runtime.actorNamed("single", FailingActor.class).kill();
    keep.kill();
  }

  @Test
  void aDeadActorsNameIsFreeAgain() {
    var dead = runtime.actor(ThrowingActor::new, "bad").name("phoenix").remote();
    assertThatThrownBy(() -> dead.call(ThrowingActor::what).remote().get(LONG))
        .isInstanceOf(ActorDiedException.class);
    var alive = runtime.actor(ThrowingActor::new, "good").name("phoenix").remote();
    assertThat(alive.call(ThrowingActor::what).remote().get(LONG)).isEqualTo("good");
    alive.kill();
  }
}
