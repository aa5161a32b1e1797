package io.mobula.ps.internal.shard;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.ps.internal.kernel.NumberType;
import io.mobula.ps.internal.row.RowInitializer;
import io.mobula.ps.internal.row.RowKernel;
import io.mobula.ps.optimizer.Optimizers;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

class PendingRowStepsTest {
  private static final int ROWS = 8;

  private final PendingRowSteps steps = new PendingRowSteps();

  private void add(long step, int rank, int[] rows, double... gradients) {
    steps.add(step, rank, rows, MemorySegment.ofArray(gradients));
  }

  private double[] sums(long step, int... rows) {
    var kernel = RowKernel.of(NumberType.DOUBLE, 1, Optimizers.sgd(1), RowInitializer.ZERO);
    kernel.ensureRows(ROWS);
    steps.sumInto(kernel, ROWS, step);
    var sums = MemorySegment.ofArray(new double[rows.length]);
    kernel.copySums(rows, 0, rows.length, sums);
    return sums.toArray(ValueLayout.JAVA_DOUBLE_UNALIGNED);
  }

  @Test
  void sumsTheGradientsOfAStepInTheOrderOfRanks() {
    add(3, 2, new int[] {5}, 1);
    add(3, 0, new int[] {5}, 1e16);
    add(3, 1, new int[] {5, 6}, -1e16, 7);
    add(4, 0, new int[] {5}, 100);

    assertThat(sums(3, 5, 6)).containsExactly(1, 7);
    assertThat(sums(4, 5)).containsExactly(100);
  }

  @Test
  void keepsCopies() {
    double[] gradients = {1, 2};
    add(1, 0, new int[] {0, 1}, gradients);
    gradients[0] = 50;

    assertThat(sums(1, 0, 1)).containsExactly(1, 2);
  }

  @Test
  void aStepWaitsUntilItIsRemoved() {
    assertThat(steps.hasBefore(Long.MAX_VALUE)).isFalse();
    add(7, 0, new int[] {0}, 1);
    add(5, 0, new int[] {0}, 1);

    assertThat(steps.hasBefore(5)).isFalse();
    assertThat(steps.hasBefore(6)).isTrue();
    assertThat(steps.first()).isEqualTo(5);
    steps.remove(5);
    assertThat(steps.hasBefore(7)).isFalse();
    assertThat(steps.first()).isEqualTo(7);
  }

  @Test
  void tellsWhichOfSomeRowsHaveGradients() {
    add(1, 0, new int[] {6, 2, 4}, 1, 1, 1);
    add(1, 1, new int[] {4, 0}, 1, 1);
    add(2, 0, new int[] {3}, 1);

    var found = steps.among(new int[] {4, 6, 0, 1});

    assertThat(found.get(1L)).containsExactly(0, 4, 6);
    assertThat(found.get(2L)).isEmpty();
  }
}
