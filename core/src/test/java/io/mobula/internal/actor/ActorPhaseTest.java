package io.mobula.internal.actor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.internal.actor.ActorPhase.Event;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Test of the transitions between the phases of an owned actor: all phases with all events. */
class ActorPhaseTest {
  /** Events that may happen in each phase, with the phase after them; no others may. */
  private static final Map<ActorPhase, Map<Event, ActorPhase>> LEGAL = Map.of(
      ActorPhase.PREPARING,
      Map.of(
          Event.INHERITED, ActorPhase.PLACING,
          Event.LEASE_REQUESTED, ActorPhase.REQUESTING,
          Event.GONE, ActorPhase.ENDED,
          Event.GONE_EXCEPT_FILES, ActorPhase.DELETING),
      ActorPhase.REQUESTING,
      Map.of(
          Event.HOSTED_HERE, ActorPhase.ALIVE,
          Event.SENT, ActorPhase.PLACING,
          Event.GRANTER_LEFT, ActorPhase.PREPARING,
          Event.GONE, ActorPhase.ENDED,
          Event.GONE_EXCEPT_FILES, ActorPhase.DELETING),
      ActorPhase.PLACING,
      Map.of(
          Event.CONFIRMED, ActorPhase.ALIVE,
          Event.PLACEMENT_LOST, ActorPhase.PREPARING,
          Event.DIED, ActorPhase.DYING,
          Event.GONE, ActorPhase.ENDED,
          Event.GONE_EXCEPT_FILES, ActorPhase.DELETING),
      ActorPhase.ALIVE,
      Map.of(
          Event.CONFIRMED, ActorPhase.ALIVE,
          Event.PLACEMENT_LOST, ActorPhase.PREPARING,
          Event.DIED, ActorPhase.DYING,
          Event.GONE, ActorPhase.ENDED,
          Event.GONE_EXCEPT_FILES, ActorPhase.DELETING),
      ActorPhase.DYING,
      Map.of(Event.GONE, ActorPhase.ENDED, Event.GONE_EXCEPT_FILES, ActorPhase.DELETING),
      ActorPhase.DELETING,
      Map.of(Event.FILES_DELETED, ActorPhase.ENDED),
      ActorPhase.ENDED,
      Map.of());

  @Test
  void eachEventLeadsToItsPhaseOrIsRefused() {
    for (var phase : ActorPhase.values()) {
      for (var event : Event.values()) {
        var next = LEGAL.get(phase).get(event);
        if (next != null) {
          assertThat(phase.after(event)).as("%s, %s", phase, event).isEqualTo(next);
        } else {
          assertThatThrownBy(() -> phase.after(event))
              .as("%s, %s", phase, event)
              .isInstanceOf(IllegalStateException.class)
              .hasMessageContaining(event + " cannot happen")
              .hasMessageContaining(phase.name());
        }
      }
    }
  }

  @Test
  void anActorThatIsDeadStaysDead() {
    assertThat(Arrays.stream(ActorPhase.values()).filter(ActorPhase::isDead))
        .containsExactly(ActorPhase.DYING, ActorPhase.DELETING, ActorPhase.ENDED);
    for (var dead : List.of(ActorPhase.DYING, ActorPhase.DELETING, ActorPhase.ENDED)) {
      assertThat(LEGAL.get(dead).values()).allMatch(ActorPhase::isDead);
    }
  }

  @Test
  void eachPhaseIsReachedAndLeadsToTheEnd() {
    assertThat(reachableFrom(ActorPhase.PREPARING)).containsExactly(ActorPhase.values());
    for (var phase : ActorPhase.values()) {
      assertThat(reachableFrom(phase)).contains(ActorPhase.ENDED);
    }
  }

  private static TreeSet<ActorPhase> reachableFrom(ActorPhase first) {
    var found = new TreeSet<>(List.of(first));
    for (int before = 0; before < found.size(); ) {
      before = found.size();
      for (var phase : List.copyOf(found)) {
        for (var event : Event.values()) {
          try {
            found.add(phase.after(event));
          } catch (IllegalStateException refused) {
            // the first test holds which are
          }
        }
      }
    }
    return found;
  }
}
