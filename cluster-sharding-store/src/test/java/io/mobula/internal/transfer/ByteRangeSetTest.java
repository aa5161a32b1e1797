package io.mobula.internal.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ByteRangeSetTest {

  @Test
  void isASetOfBytes() {
    for (long seed = 1; seed <= 2000; seed++) {
      var random = new Random(seed);
      var ranges = new ByteRangeSet();
      var model = new BitSet();
      for (int i = 0; i < 60; i++) {
        int from = random.nextInt(200);
        int to = from + random.nextInt(30);
        int before = model.cardinality();
        model.set(from, to);
        assertThat(ranges.add(from, to))
            .as("seed %d", seed)
            .isEqualTo(model.cardinality() - before);
        assertThat(ranges.covered()).isEqualTo(model.cardinality());
        int low = random.nextInt(200);
        int high = low + random.nextInt(60);
        assertThat(gaps(ranges, low, high)).as("seed %d", seed).isEqualTo(gaps(model, low, high));
      }
    }
  }

  @Test
  void joinsWhatTouches() {
    var ranges = new ByteRangeSet();
    ranges.add(0, 10);
    ranges.add(20, 30);
    assertThat(ranges.count()).isEqualTo(2);
    ranges.add(10, 20);
    assertThat(ranges.count()).isEqualTo(1);
  }

  private static BitSet gaps(ByteRangeSet ranges, int low, int high) {
    var result = new BitSet();
    var ends = new ArrayList<Long>();
    ranges.forEachGap(low, high, (from, to) -> {
      assertThat(from).isLessThan(to);
      ends.forEach(end -> assertThat(from).isGreaterThan(end));
      ends.add(to);
      result.set((int) from, (int) to);
    });
    return result;
  }

  private static BitSet gaps(BitSet model, int low, int high) {
    var result = new BitSet();
    result.set(low, high);
    result.andNot(model);
    return result;
  }
}
