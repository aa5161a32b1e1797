package io.mobula.jmh.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.Map;
import org.junit.jupiter.api.Test;

class FootprintLimitsTest {
  private static final ProcessFootprint START = new ProcessFootprint(
      30L << 20,
      Map.of("io.mobula.A", 100L, "io.mobula.B", 50L),
      40,
      Map.of("socket:[#]", 200L),
      20);

  @Test
  void whatAJvmKeepsForItselfIsNoViolation() {
    var end = new ProcessFootprint(
        33L << 20,
        Map.of("io.mobula.A", 400L, "io.mobula.C", 9L),
        44,
        Map.of("socket:[#]", 205L),
        22);
    assertThat(FootprintLimits.exceeded("node", START, end)).isEmpty();
  }

  @Test
  void eachKindOfThingHasALimit() {
    var more = new ProcessFootprint(
        80L << 20,
        Map.of("io.mobula.A", 100L, "io.mobula.B", 9_050L),
        80,
        Map.of("socket:[#]", 300L),
        90);
    assertThat(FootprintLimits.exceeded("node", START, more))
        .extracting(Object::toString)
        .satisfiesExactly(
            heap -> assertThat(heap).contains("bytes of heap"),
            threads -> assertThat(threads).contains("80 threads at the end, 40 at the start"),
            files -> assertThat(files).contains("300 descriptors, most of them socket:[#] +100,"),
            segments -> assertThat(segments).contains("90 mapped segments"),
            objects -> assertThat(objects).contains("io.mobula.B +9000"));
    assertThat(FootprintLimits.exceeded("node", more, START)).isEmpty();
  }

  @Test
  void memoriesWithAMaximumMayFill() {
    for (var bounded : FootprintLimits.BOUNDED.entrySet()) {
      assertThatCode(() -> Class.forName(bounded.getKey()))
          .as("a class of this name")
          .doesNotThrowAnyException();
      var full = new ProcessFootprint(
          30L << 20,
          Map.of(bounded.getKey(), bounded.getValue() + 4_000),
          40,
          Map.of("socket:[#]", 200L),
          20);
      var start = new ProcessFootprint(30L << 20, Map.of(), 40, Map.of("socket:[#]", 200L), 20);
      assertThat(FootprintLimits.exceeded("node", start, full)).isEmpty();
      var leak = new ProcessFootprint(
          30L << 20,
          Map.of(bounded.getKey(), bounded.getValue() + 4_001),
          40,
          Map.of("socket:[#]", 200L),
          20);
      assertThat(FootprintLimits.exceeded("node", start, leak)).hasSize(1);
    }
  }

  @Test
  void aProcessSeesItsOwnHeapAndThreads() throws Exception {
    var here = ProcessFootprint.here();
    assertThat(here.heapBytes()).isPositive();
    assertThat(here.threads()).isPositive();
    assertThat(here.descriptors()).isPositive();
    var kept = new io.mobula.NodeId[1000];
    for (int i = 0; i < kept.length; i++) {
      kept[i] = new io.mobula.NodeId(i);
    }
    var after = ProcessFootprint.here().instances();
    assertThat(after.getOrDefault("io.mobula.NodeId", 0L))
        .isGreaterThanOrEqualTo(
            here.instances().getOrDefault("io.mobula.NodeId", 0L) + kept.length);
    assertThat(kept).doesNotContainNull();
  }
}
