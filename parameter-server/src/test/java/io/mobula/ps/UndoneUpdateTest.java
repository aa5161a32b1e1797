package io.mobula.ps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.mobula.ps.clock.Consistency;
import io.mobula.ps.error.TableException;
import java.util.Arrays;
import java.util.stream.LongStream;
import org.assertj.core.api.ThrowableAssert;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests that an update in which a user's optimizer throws halfway leaves weights and state as they
 * were.
 */
class UndoneUpdateTest extends ParameterServerTestBase {
  private static final String WHAT = "The optimizer io.mobula.ps.HalfwayOptimizer of ";

  private static float[] ones(int count) {
    var ones = new float[count];
    Arrays.fill(ones, 1);
    return ones;
  }

  /** Flushes until no failure of the step is left to be thrown. */
  private static void flushAll(ThrowableAssert.ThrowingCallable flush) {
    for (int i = 0; i < 10; i++) {
      var thrown = catchThrowable(flush);
      if (thrown == null) {
        return;
      }
      assertThat(thrown).hasMessageContaining("step 0 of");
    }
    throw new AssertionError("a flush fails each time");
  }

  private static DenseTable dense(
      ParameterServer server, HalfwayOptimizer optimizer, int size, boolean doubles) {
    var table = server.dense("w", size).optimizer(optimizer);
    return (doubles ? table.doubles() : table).create();
  }

  /** Both a table of arrays on the heap and one in store memory. */
  @ParameterizedTest
  @CsvSource({"6000, false", "6000, true", "50000, false", "50000, true"})
  void ofADenseTable(int size, boolean doubles) {
    var optimizer = new HalfwayOptimizer("dense" + size + doubles);
    try (var server = server(1)) {
      var table = dense(server, optimizer, size, doubles);
      try (var worker = table.join(0, 0)) {
        worker.push(ones(size));
        worker.flush();
        assertThat(table.toFloats()).containsOnly(-1);
        optimizer.arm();
        assertThatThrownBy(() -> {
              worker.push(ones(size));
              worker.flush();
            })
            .isInstanceOf(TableException.class)
            .hasMessageStartingWith(WHAT);
        optimizer.disarm();
        assertThat(table.toFloats()).containsOnly(-1);
        worker.push(ones(size));
        worker.flush();
      }
      assertThat(table.toFloats()).containsOnly(-3); // the state is 2, so the failed push is not in
      assertThat(table.updates()).isEqualTo(2);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void ofAStepThatIsTriedAgain(boolean doubles) {
    var optimizer = new HalfwayOptimizer("step" + doubles);
    try (var server = server(1)) {
      var builder =
          server.dense("w", 6000).optimizer(optimizer).consistency(Consistency.bulkSynchronous());
      var table = (doubles ? builder.doubles() : builder).create();
      try (var worker = table.join(0)) {
        optimizer.arm();
        worker.push(ones(6000));
        worker.clock();
        for (int i = 0; i < 3; i++) {
          assertThatThrownBy(() -> worker.pull().close())
              .isInstanceOf(TableException.class)
              .hasMessageContaining("step 0 of")
              .hasMessageContaining(WHAT);
        }
        assertThat(table.toFloats()).containsOnly(0);
        flushAll(worker::flush);
        optimizer.disarm();
        try (var pulled = worker.pull()) {
          assertThat(pulled.toFloats()).containsOnly(-1); // once, and not once for each try
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"1, false", "1, true", "4, false", "4, true"})
  void ofRows(int width, boolean doubles) {
    var optimizer = new HalfwayOptimizer("rows" + width + doubles);
    long[] keys = LongStream.range(0, 6000 / width).toArray();
    try (var server = server(1)) {
      var builder = server
          .sparse("rows", width)
          .optimizer(optimizer)
          .consistency(Consistency.bulkSynchronous());
      var table = (doubles ? builder.doubles() : builder).create();
      try (var worker = table.join(0)) {
        optimizer.arm();
        if (doubles) {
          var gradients = new double[keys.length * width];
          Arrays.fill(gradients, 1);
          worker.push(keys, gradients);
        } else {
          worker.push(keys, ones(keys.length * width));
        }
        worker.clock();
        for (int i = 0; i < 3; i++) {
          assertThatThrownBy(() -> worker.startPull(keys).rows())
              .isInstanceOf(TableException.class)
              .hasMessageContaining("step 0 of")
              .hasMessageContaining(WHAT);
        }
        flushAll(worker::flush);
        optimizer.disarm();
        if (doubles) {
          assertThat(worker.pullDoubles(keys)).containsOnly(-1);
        } else {
          assertThat(worker.pull(keys)).containsOnly(-1);
        }
      }
    }
  }
}
