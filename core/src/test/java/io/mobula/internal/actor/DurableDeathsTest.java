package io.mobula.internal.actor;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.ActorId;
import io.mobula.error.ActorDiedException;
import io.mobula.internal.store.ObjectFailure;
import org.junit.jupiter.api.Test;

/** Test of what is known of durable actors that have died. */
class DurableDeathsTest {
  private final DurableDeaths deaths = new DurableDeaths();
  private final ObjectFailure why = new ObjectFailure(() -> new ActorDiedException("as told"));

  private static ActorDescriptor actor(long number, String name) {
    return new ActorDescriptor(new ActorId(1, number), "Counter", name, true, false, true, 9, 0);
  }

  @Test
  void aDeathIsKnownByTheNameUntilAnotherActorTakesIt() {
    deaths.add(actor(1, "hits"), why);
    assertThat(deaths.causeOf("hits")).isSameAs(why);
    assertThat(deaths.causeOf("other")).isNull();
    deaths.forgetFormer(actor(2, "hits"));
    assertThat(deaths.causeOf("hits")).isNull();
    assertThat(deaths.isRecorded(actor(1, "hits"))).isFalse();
  }

  @Test
  void aDeathIsThatOfOneActorAndNotOfTheNextOfItsName() {
    deaths.add(actor(1, "hits"), why);
    assertThat(deaths.isRecorded(actor(1, "hits"))).isTrue();
    assertThat(deaths.isRecorded(actor(2, "hits"))).isFalse();
  }

  @Test
  void anActorWithoutANameIsNotRecorded() {
    deaths.add(actor(1, null), why);
    assertThat(deaths.isRecorded(actor(1, null))).isFalse();
    deaths.forgetFormer(actor(1, null));
  }
}
