package io.mobula.ps.internal.row;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.ps.internal.kernel.NumberArray;
import io.mobula.ps.internal.kernel.NumberType;
import io.mobula.ps.optimizer.Optimizer;
import io.mobula.ps.optimizer.OptimizerStep;
import io.mobula.ps.optimizer.Optimizers;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RowKernelTest {
  private static final int ROWS = 9000; // more than one chunk
  private static final Optimizer OPTIMIZER = Optimizers.adagrad(0.5);

  private static double[] random(Random random, int count) {
    return IntStream.range(0, count).mapToDouble(i -> random.nextInt(9) - 4).toArray();
  }

  private static NumberArray numbers(NumberType numberType, double[] values) {
    var result = NumberArray.zeros(numberType, values.length);
    for (int i = 0; i < values.length; i++) {
      numberType.set(result.memory(), i, values[i]);
    }
    return result;
  }

  @ParameterizedTest
  @CsvSource({"FLOAT, 1", "FLOAT, 3", "DOUBLE, 1", "DOUBLE, 3"})
  void agreesWithOneRowAfterTheOther(NumberType numberType, int width) {
    var random = new Random(11);
    var kernel = RowKernel.of(numberType, width, OPTIMIZER, RowInitializer.ZERO);
    for (int row = 0; row < ROWS; row++) {
      kernel.initializeRow(row, row);
    }
    var weights = new double[ROWS][width];
    var state = new double[ROWS][width];
    for (int update = 1; update <= 3; update++) {
      var sums = new double[ROWS][];
      kernel.beginUpdate(ROWS);
      for (int push = 0; push < 2; push++) {
        var rows = random.ints(3000, 0, ROWS).toArray(); // with repetitions
        var gradients = random(random, rows.length * width);
        kernel.add(rows, numbers(numberType, gradients).memory());
        for (int i = 0; i < rows.length; i++) {
          var sum = sums[rows[i]] == null ? new double[width] : sums[rows[i]];
          for (int k = 0; k < width; k++) {
            sum[k] += gradients[i * width + k];
          }
          sums[rows[i]] = sum;
        }
      }
      var step = new OptimizerStep(update, 0.5);
      kernel.update(step, 0.5);
      for (int row = 0; row < ROWS; row++) {
        if (sums[row] != null) {
          for (int k = 0; k < width; k++) {
            sums[row][k] *= 0.5;
          }
          OPTIMIZER.update(step, weights[row], new double[][] {state[row]}, sums[row], width);
        }
      }
    }
    var all = kernel.weights(IntStream.range(0, ROWS).toArray());
    for (int i = 0; i < ROWS * width; i++) {
      double difference = all.at(i) - weights[i / width][i % width];
      assertThat(Math.abs(difference)).isLessThan(numberType == NumberType.FLOAT ? 1e-5 : 1e-14);
    }
  }

  @ParameterizedTest
  @CsvSource({"FLOAT, 5", "DOUBLE, 5"})
  void rowsComeBackFromMemoryWithTheirState(NumberType numberType, int width) {
    var first = RowKernel.of(numberType, width, OPTIMIZER, new RowInitializer(1, 3));
    var rows = IntStream.range(0, 10).toArray();
    for (int row : rows) {
      first.initializeRow(row, row);
    }
    var gradients =
        numbers(numberType, random(new Random(4), rows.length * width)).memory();
    train(first, rows, gradients);
    long bytes = 2L * width * numberType.bytes();
    var memory = MemorySegment.ofArray(new long[(int) (rows.length * bytes / 8)]);
    first.copyRows(rows, 0, rows.length, memory);
    var second = RowKernel.of(numberType, width, OPTIMIZER, RowInitializer.ZERO);
    for (int row : rows) {
      second.set(row, memory, row * bytes);
    }
    train(first, rows, gradients);
    train(second, rows, gradients);
    assertThat(second.weights(rows).array()).isEqualTo(first.weights(rows).array());
  }

  private static void train(RowKernel kernel, int[] rows, MemorySegment gradients) {
    kernel.beginUpdate(rows.length);
    kernel.add(rows, gradients);
    kernel.update(new OptimizerStep(1, 0.1), 1);
  }

  @ParameterizedTest
  @CsvSource({"FLOAT", "DOUBLE"})
  void aKeyBeginsTheSameWithAndWithoutARow(NumberType numberType) {
    var kernel = RowKernel.of(numberType, 4, OPTIMIZER, new RowInitializer(0.25, 8));
    var index = new RowIndex();
    var before = kernel.weights(index, new long[] {5, 6});
    kernel.initializeRow(index.findOrAdd(6), 6);
    assertThat(kernel.weights(index, new long[] {5, 6}).array()).isEqualTo(before.array());
    assertThat(before.at(0)).isBetween(-0.25, 0.25).isNotEqualTo(before.at(4));
  }
}
