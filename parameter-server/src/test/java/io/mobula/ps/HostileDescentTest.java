package io.mobula.ps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.mobula.error.MobulaException;
import io.mobula.ps.error.ParameterServerException;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A program's optimizer or partitioner that fails ends its request, and nothing else. */
class HostileDescentTest extends ServerTest {
  private static final int SIZE = 8;

  private static float[] ones() {
    var ones = new float[SIZE];
    Arrays.fill(ones, 1);
    return ones;
  }

  static Stream<Arguments> updates() {
    return Stream.of("rateAt", "update")
        .flatMap(method ->
            Stream.of(HostileDescent.Kind.values()).map(kind -> Arguments.of(method, kind)));
  }

  private static void assertTyped(Throwable thrown) {
    assertThat(thrown)
        .isInstanceOfAny(
            ParameterServerException.class, MobulaException.class, IllegalStateException.class);
  }

  @ParameterizedTest
  @MethodSource("updates")
  void anUpdateThatFails(String method, HostileDescent.Kind kind) {
    var hostile = new HostileDescent(method + kind, kind, method);
    try (var server = server(1)) {
      var other = server.dense("other", SIZE).initial(ones()).create();
      var table = server.dense("w", SIZE).optimizer(hostile).create();
      try (var worker = table.join(0, 0)) {
        hostile.arm();
        assertTyped(catchThrowable(() -> {
          worker.push(ones());
          worker.flush();
        }));
        hostile.disarm();
        assertThat(other.toFloats()).containsOnly(1);
        worker.push(ones());
        worker.flush();
      }
      assertThat(table.toFloats()).containsOnly(-1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aPartitionerThatFails(HostileDescent.Kind kind) {
    try (var server = server(2)) {
      var other = server.dense("other", SIZE).initial(ones()).create();
      var thrown = catchThrowable(() -> {
        var table = server
            .sparse("rows", 4)
            .partitioner((key, shards) -> {
              kind.act();
              return 0;
            })
            .create();
        try (var worker = table.join(0, 0)) {
          worker.pull(new long[] {1, 2});
        }
      });
      assertThat(thrown).isNotNull();
      assertThat(other.toFloats()).containsOnly(1);
    }
  }
}
