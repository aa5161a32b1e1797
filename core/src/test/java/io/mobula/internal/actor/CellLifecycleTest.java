package io.mobula.internal.actor;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.error.ActorDiedException;
import io.mobula.internal.actor.CellLifecycle.State;
import io.mobula.internal.store.ObjectFailure;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Test of the lifecycle of an actor at its host: all states with all events. */
class CellLifecycleTest {
  private final ObjectFailure first = new ObjectFailure(() -> new ActorDiedException("first"));
  private final ObjectFailure later = new ObjectFailure(() -> new ActorDiedException("later"));

  private enum Event {
    DRAIN,
    DRAIN_BY_USER,
    KILL
  }

  /** State after each event; an event that is not listed for a state is refused. */
  private static final Map<State, Map<Event, State>> LEGAL = Map.of(
      State.OPEN,
      Map.of(
          Event.DRAIN, State.DRAINING,
          Event.DRAIN_BY_USER, State.DRAINING,
          Event.KILL, State.DEAD),
      State.DRAINING,
      Map.of(Event.KILL, State.DEAD),
      State.DEAD,
      Map.of());

  private CellLifecycle in(State state) {
    var lifecycle = new CellLifecycle();
    switch (state) {
      case OPEN -> {}
      case DRAINING -> lifecycle.drain(first);
      case DEAD -> lifecycle.kill(first);
    }
    assertThat(lifecycle.state()).isEqualTo(state);
    return lifecycle;
  }

  private static boolean happens(Event event, CellLifecycle to, ObjectFailure why) {
    return switch (event) {
      case DRAIN -> to.drain(why);
      case DRAIN_BY_USER -> to.drainByUser(why);
      case KILL -> to.kill(why);
    };
  }

  @Test
  void eachEventLeadsToItsStateOrChangesNothing() {
    for (var state : State.values()) {
      for (var event : Event.values()) {
        var lifecycle = in(state);
        var before = lifecycle.whyDead();
        var next = LEGAL.get(state).get(event);
        assertThat(happens(event, lifecycle, later))
            .as("%s, %s", state, event)
            .isEqualTo(next != null);
        assertThat(lifecycle.state())
            .as("%s, %s", state, event)
            .isEqualTo(next == null ? state : next);
        assertThat(lifecycle.whyDead())
            .as("%s, %s", state, event)
            .isSameAs(next == null ? before : later);
        assertThat(lifecycle.isOpen()).isEqualTo(lifecycle.state() == State.OPEN);
        assertThat(lifecycle.isDead()).isEqualTo(lifecycle.state() == State.DEAD);
        assertThat(lifecycle.isEndedByUser())
            .as("%s, %s", state, event)
            .isEqualTo(state == State.OPEN && event == Event.DRAIN_BY_USER);
      }
    }
  }

  @Test
  void aUserEndsAnActorThatLivesAndNoDeadOne() {
    for (var state : State.values()) {
      var lifecycle = in(state);
      lifecycle.markEndedByUser();
      assertThat(lifecycle.isEndedByUser()).as("%s", state).isEqualTo(state != State.DEAD);
    }
  }

  @Test
  void theDeathInterruptsTheConstructorAndNoOtherWork() throws Exception {
    var lifecycle = new CellLifecycle();
    var making = new CountDownLatch(1);
    var interrupted = new CountDownLatch(1);
    var thread = Thread.ofPlatform().start(() -> {
      assertThat(lifecycle.beginMaking()).isTrue();
      making.countDown();
      try {
        new CountDownLatch(1).await(1, TimeUnit.MINUTES);
      } catch (InterruptedException e) {
        interrupted.countDown();
      }
      lifecycle.endMaking();
    });
    assertThat(making.await(1, TimeUnit.MINUTES)).isTrue();
    assertThat(lifecycle.maker()).isSameAs(thread);
    lifecycle.kill(first);
    assertThat(interrupted.await(1, TimeUnit.MINUTES)).isTrue();
    thread.join();
    assertThat(lifecycle.maker()).isNull();
    assertThat(lifecycle.beginMaking()).isFalse();

    var alive = new CellLifecycle();
    assertThat(alive.beginMaking()).isTrue();
    alive.endMaking();
    alive.kill(first);
    assertThat(Thread.interrupted()).isFalse();
  }

  @Test
  void ofManyEndsOneCounts() throws Exception {
    for (int round = 0; round < 200; round++) {
      var lifecycle = new CellLifecycle();
      var start = new CountDownLatch(1);
      var ends = new AtomicInteger();
      var threads = new Thread[4];
      for (int i = 0; i < threads.length; i++) {
        boolean drains = i % 2 == 0;
        threads[i] = Thread.ofVirtual().start(() -> {
          try {
            start.await();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
          if (drains) {
            lifecycle.drain(later);
          } else if (lifecycle.kill(first)) {
            ends.incrementAndGet();
          }
        });
      }
      start.countDown();
      for (var thread : threads) {
        thread.join();
      }
      assertThat(ends).hasValue(1);
      assertThat(lifecycle.isDead()).isTrue();
      assertThat(lifecycle.whyDead()).isSameAs(first);
    }
  }
}
