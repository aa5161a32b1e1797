package io.mobula.internal.actor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Test of the order of calls with arguments that become ready in any order. */
class CallerOrderTest {
  private final Set<String> blocked = new HashSet<>();
  private final Deque<String> ready = new ArrayDeque<>();
  private final CallerOrder<String> order = new CallerOrder<>(blocked::contains, ready);

  @Test
  void aCallWithReadyArgumentsGoesOnAtOnce() {
    assertThat(order.add("a", "a1")).isFalse();
    assertThat(ready).containsExactly("a1");
    assertThat(order.waiting()).isEmpty();
  }

  @Test
  void aBlockedCallDelaysLaterOnesOfItsCallerAndNoOthers() {
    blocked.add("a1");
    assertThat(order.add("a", "a1")).isTrue();
    assertThat(order.add("a", "a2")).isFalse();
    assertThat(order.add("b", "b1")).isFalse();
    assertThat(ready).containsExactly("b1");
    assertThat(order.firstWaiting("a")).isEqualTo("a1");
    assertThat(order.firstWaiting("b")).isNull();

    blocked.clear();
    assertThat(order.release("a")).isNull();
    assertThat(ready).containsExactly("b1", "a1", "a2");
    assertThat(order.add("a", "a3")).isFalse();
    assertThat(ready).endsWith("a3");
  }

  @Test
  void aReleaseStopsAtTheNextBlockedCall() {
    blocked.addAll(List.of("a1", "a3"));
    for (var call : List.of("a1", "a2", "a3", "a4")) {
      order.add("a", call);
    }
    blocked.remove("a1");
    assertThat(order.release("a")).isEqualTo("a3");
    assertThat(ready).containsExactly("a1", "a2");
    assertThat(order.waiting()).hasSize(1);
    assertThat(order.waiting().iterator().next()).containsExactly("a3", "a4");
    assertThat(order.release("a")).isEqualTo("a3"); // a second report changes nothing
    order.clear();
    assertThat(order.firstWaiting("a")).isNull();
    assertThat(order.release("a")).isNull();
    assertThat(ready).containsExactly("a1", "a2");
  }

  @Test
  void eachCallersCallsKeepTheirOrderInAnySchedule() {
    for (int seed = 0; seed < 500; seed++) {
      var random = new Random(seed);
      var made = new HashMap<String, List<String>>();
      var toRelease = new ArrayList<String>();
      blocked.clear();
      ready.clear();
      for (int step = 0; step < 60; step++) {
        if (!toRelease.isEmpty() && random.nextBoolean()) {
          var first = toRelease.remove(random.nextInt(toRelease.size()));
          blocked.remove(first);
          awaited(order.release(first.substring(0, 1)), toRelease);
        } else {
          var caller = "abc".substring(random.nextInt(3)).substring(0, 1);
          var calls = made.computeIfAbsent(caller, key -> new ArrayList<>());
          var call = caller + calls.size();
          calls.add(call);
          if (random.nextInt(3) == 0) {
            blocked.add(call);
          }
          if (order.add(caller, call)) {
            awaited(call, toRelease);
          }
        }
      }
      while (!toRelease.isEmpty()) {
        var first = toRelease.removeLast();
        blocked.remove(first);
        awaited(order.release(first.substring(0, 1)), toRelease);
      }
      assertInOrder(made, seed);
    }
  }

  private static void awaited(@Nullable String call, List<String> toRelease) {
    if (call != null) {
      toRelease.add(call);
    }
  }

  private void assertInOrder(Map<String, List<String>> made, int seed) {
    assertThat(ready)
        .as("seed %s", seed)
        .hasSize(made.values().stream().mapToInt(List::size).sum());
    made.forEach((caller, calls) -> assertThat(
            ready.stream().filter(call -> call.startsWith(caller)).toList())
        .as("seed %s, caller %s", seed, caller)
        .isEqualTo(calls));
  }
}
