package io.mobula.internal.process;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

@ResourceLock(Resources.SYSTEM_PROPERTIES)
class ChildPlanTest {
  @AfterEach
  void clear() {
    System.clearProperty(ChildPlan.AOT_CACHE);
  }

  @Test
  void handsTheCacheOfThisJvmOn() {
    System.setProperty(ChildPlan.AOT_CACHE, "/some/where.aot");

    assertThat(ChildPlan.of("one", "Main").command())
        .containsSubsequence(
            "-XX:AOTCache=/some/where.aot",
            "-Xlog:aot=off",
            "-Dio.mobula.aot-cache=/some/where.aot",
            "Main");
  }

  @Test
  void saysNothingOfACacheWhereThereIsNone() {
    assertThat(ChildPlan.of("one", "Main").command()).noneMatch(word -> word.contains("AOT"));
  }
}
