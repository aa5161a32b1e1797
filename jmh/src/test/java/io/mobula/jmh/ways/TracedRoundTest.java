package io.mobula.jmh.ways;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class TracedRoundTest {
  @Test
  void aCallAfterAnotherFileHasReturnedEntersAFileTwice() {
    var round = round(
        entry(1, "a.A", 0, 100),
        entry(1, "a.B", 10, 20),
        entry(1, "a.C", 30, 40),
        entry(1, "a.B", 50, 60));

    assertThat(round.firstEntries().keySet()).containsExactly("a.A", "a.B", "a.C");
    assertThat(round.enteredTwice()).containsExactly("a.B");
  }

  @Test
  void whatAFileCallsInBetweenCountsAsWell() {
    var round = round(
        entry(1, "a.A", 0, 100),
        entry(1, "a.B", 10, 40),
        entry(1, "a.C", 20, 30),
        entry(1, "a.B", 50, 60));

    assertThat(round.enteredTwice()).containsExactly("a.B");
  }

  @Test
  void callsOneAfterTheOtherAreOneEntry() {
    var round = round(entry(1, "a.A", 0, 100), entry(1, "a.B", 10, 20), entry(1, "a.B", 30, 40));

    assertThat(round.enteredTwice()).isEmpty();
  }

  @Test
  void nestedClassesAndCallsWithinAFileAreNoEntry() {
    var round = round(
        entry(1, "a.A", 0, 100),
        entry(1, "a.B", 10, 50),
        entry(1, "a.C", 12, 14),
        entry(1, "a.B$Part", 20, 40),
        entry(1, "a.B", 30, 35));

    assertThat(round.enteredTwice()).isEmpty();
  }

  @Test
  void aCallBackFromAFileThatHasNotReturnedEntersNothingTwice() {
    var round = round(entry(1, "a.A", 0, 100), entry(1, "a.B", 10, 50), entry(1, "a.A", 20, 40));

    assertThat(round.enteredTwice()).isEmpty();
  }

  @Test
  void otherThreadsAreCountedOnTheirOwn() {
    var round = round(entry(1, "a.A", 0, 10), entry(2, "a.B", 20, 30), entry(2, "a.A", 40, 50));

    assertThat(round.enteredTwice()).isEmpty();
    assertThat(round.onSeveralThreads()).containsExactly("a.A");
  }

  private static TracedRound round(MethodEntry... entries) {
    return new TracedRound(
        "a way", 1, Arrays.stream(entries).sorted(MethodEntry.ORDER).toList());
  }

  private static MethodEntry entry(long thread, String type, long start, long end) {
    return new MethodEntry(
        "thread-" + thread, thread, new TracedMethod(type, "run", "()V"), start, end);
  }
}
