package io.mobula.placement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.error.InvalidRequestException;
import io.mobula.spi.NameLimit;
import io.mobula.spi.PlacementGroupRequest;
import io.mobula.spi.WorkOptions;
import java.util.Collections;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Test of the arithmetic of resources, and of invalid amounts. */
class ResourcesTest {

  @Test
  void amountsAreFixedPoint() {
    var tenth = Resources.none().cpus(0.1);
    assertThat(tenth.units("CPU")).isEqualTo(1000);
    assertThat(tenth.amount("CPU")).isEqualTo(0.1);
    assertThat(Resources.none().cpus(0.0001).units("CPU")).isEqualTo(1);
    assertThat(Resources.none().cpus(1.0 / 3).units("CPU")).isEqualTo(3333);
    assertThat(Resources.none().cpus(2.0 / 3).units("CPU")).isEqualTo(6667);
    assertThat(Resources.none().memory(Long.MAX_VALUE).units("memory")).isEqualTo(Long.MAX_VALUE);
  }

  @ParameterizedTest
  @ValueSource(
      doubles = {
        -1,
        -0.0001,
        -1e-300,
        Double.NaN,
        Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY,
        1e18,
        Double.MAX_VALUE,
        1e-9,
        Double.MIN_VALUE
      })
  void amountsThatCannotBeAreRefusedWithTheirName(double amount) {
    assertThatThrownBy(() -> Resources.none().cpus(amount))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("CPU=" + amount);
    assertThatThrownBy(() -> Resources.none().gpus(amount))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("GPU=" + amount);
    assertThatThrownBy(() -> Resources.none().resource("Licence", amount))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("Licence=" + amount);
  }

  @Test
  void moreThanOneGpuIsAWholeNumber() {
    assertThat(Resources.none().gpus(0.5).amount("GPU")).isEqualTo(0.5);
    assertThat(Resources.none().gpus(1).amount("GPU")).isEqualTo(1);
    assertThat(Resources.none().gpus(8).amount("GPU")).isEqualTo(8);
    for (double amount : new double[] {1.5, 2.0001, 1.00001}) {
      assertThatThrownBy(() -> Resources.none().gpus(amount))
          .isInstanceOf(InvalidRequestException.class);
      assertThatThrownBy(() -> Resources.none().resource("GPU", amount))
          .isInstanceOf(InvalidRequestException.class);
    }
  }

  @Test
  void memoryIsWholeBytes() {
    assertThatThrownBy(() -> Resources.none().memory(-1))
        .isInstanceOf(InvalidRequestException.class);
    assertThat(Resources.none().resource("memory", 1024).units("memory")).isEqualTo(1024);
    assertThatThrownBy(() -> Resources.none().resource("memory", Double.NaN))
        .isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> Resources.none().resource("memory", -1))
        .isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> Resources.none().resource("memory", 1e30))
        .isInstanceOf(InvalidRequestException.class);
  }

  @Test
  void namesAndTheirNumberHaveABound() {
    var longest = "x".repeat(NameLimit.MAX_CHARACTERS);
    var none = Resources.none();
    assertThat(none.resource(longest, 1).amount(longest)).isEqualTo(1);
    for (ThrowingCallable tooLong : List.<ThrowingCallable>of(
        () -> none.resource(longest + "x", 1),
        () -> none.accelerator(longest + "x"),
        () -> new WorkOptions(none, Placement.anywhere(), longest + "x"),
        () -> new PlacementGroupRequest(
            longest + "x", PlacementStrategy.PACK, List.of(none.cpus(1)), false))) {
      assertThatThrownBy(tooLong)
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageContaining("1001 characters");
    }
    var many = none;
    for (int i = 0; i < NameLimit.MAX_RESOURCES; i++) {
      many = many.resource("resource-" + i, 1);
    }
    var full = many;
    assertThatThrownBy(() -> full.resource("one more", 1))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("1000 resources already");
    assertThatThrownBy(() -> new PlacementGroupRequest(
            null, PlacementStrategy.PACK, Collections.nCopies(10, full), false))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("bytes in a message");
  }

  @Test
  void namesCannotBeBlank() {
    assertThatThrownBy(() -> Resources.none().resource("", 1))
        .isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> Resources.none().resource(" ", 1))
        .isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> Resources.none().resource(null, 1))
        .isInstanceOf(NullPointerException.class);
  }

  @Test
  void zeroIsNothing() {
    assertThat(Resources.none().cpus(0).gpus(0).memory(0).resource("x", 0))
        .isEqualTo(Resources.none());
    assertThat(Resources.none().cpus(2).cpus(0)).isEqualTo(Resources.none());
    assertThat(Resources.none().cpus(-0.0)).isEqualTo(Resources.none());
  }

  @Test
  void areValues() {
    var one = Resources.none().cpus(1).gpus(0.5).resource("x", 2);
    var same = Resources.none().resource("x", 2).gpus(0.5).cpus(1);
    assertThat(one).isEqualTo(same).hasSameHashCodeAs(same).isNotEqualTo(one.cpus(2));
    assertThat(one.amount("CPU")).isEqualTo(1);
    assertThat(one).hasToString("{CPU=1.0, GPU=0.5, x=2.0}");
    assertThatThrownBy(() -> one.asUnits().put("CPU", 5L))
        .isInstanceOf(UnsupportedOperationException.class);
  }
}
