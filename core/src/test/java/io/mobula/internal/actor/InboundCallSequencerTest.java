package io.mobula.internal.actor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Test of calls that arrive in any order. */
class InboundCallSequencerTest {
  private final InboundCallSequencer sequencer = new InboundCallSequencer();
  private final List<Long> ran = new ArrayList<>();

  private void arrive(long stream, long number) {
    sequencer.accept(stream, number, () -> ran.add(100 * stream + number));
  }

  @Test
  void aCallWaitsForThoseBeforeIt() {
    arrive(1, 2);
    arrive(1, 3);
    assertThat(ran).isEmpty();
    assertThat(sequencer.hasGap()).isTrue();
    arrive(1, 1);
    assertThat(ran).containsExactly(101L, 102L, 103L);
    assertThat(sequencer.hasGap()).isFalse();
  }

  @Test
  void aLaterClientStartsFromOneAndItsForerunnersEarlyCallsNeverRun() {
    arrive(1, 1);
    arrive(1, 3);
    arrive(2, 1);
    assertThat(ran).containsExactly(101L, 201L);
    assertThat(sequencer.hasGap()).isFalse();
    arrive(2, 2);
    assertThat(ran).containsExactly(101L, 201L, 202L);
  }

  @Test
  void everyOrderOfArrivalEndsInTheSameOrder() {
    for (int seed = 0; seed < 200; seed++) {
      ran.clear();
      var numbers = new ArrayList<>(LongStream.rangeClosed(1, 30).boxed().toList());
      Collections.shuffle(numbers, new Random(seed));
      long stream = seed + 1;
      numbers.forEach(number -> arrive(stream, number));
      assertThat(ran)
          .as("seed %s", seed)
          .containsExactlyElementsOf(
              LongStream.rangeClosed(1, 30).map(i -> 100 * stream + i).boxed().toList());
    }
  }
}
