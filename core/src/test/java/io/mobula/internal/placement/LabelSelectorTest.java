package io.mobula.internal.placement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.error.InvalidRequestException;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LabelSelectorTest {
  private static final Map<String, String> LABELS =
      Map.of("zone", "a", "disk", "ssd", "cloud.io/name", "n:1", "odd key", "x, y");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "zone=a | true",
        "zone = a | true",
        "zone=b | false",
        "zone!=a | false",
        "zone!=b | true",
        "rack!=b | true",
        "rack=b | false",
        "zone in (a, b) | true",
        "zone in(b,c) | false",
        "rack in (a) | false",
        "zone not in (b, c) | true",
        "zone not in (a) | false",
        "rack not in (a) | true",
        "zone exists | true",
        "rack exists | false",
        "!rack | true",
        "! zone | false",
        "zone=a, disk=ssd | true",
        "zone=a,disk=hdd | false",
        "zone in (a), !rack, disk exists | true",
        "cloud.io/name=n:1 | true",
        "\"odd key\"=\"x, y\" | true",
      })
  void matchesAsItSays(String selector, boolean matches) {
    assertThat(LabelSelector.parse(selector).matches(LABELS)).isEqualTo(matches);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | 0",
        "zone | 4",
        "zone a | 5",
        "zone= | 5",
        "zone in a | 8",
        "zone in (a | 10",
        "zone in () | 9",
        "zone not (a) | 9",
        "zone=a, | 7",
        "zone=a disk=b | 7",
        "=a | 0",
        "zone=\"a | 5",
        "!! | 1",
      })
  void malformedOnesAreRefusedWithThePosition(String selector, int position) {
    assertThatThrownBy(() -> LabelSelector.parse(selector))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("\"" + selector + "\"")
        .hasMessageContaining("at position " + position + ",");
  }

  @Test
  void anyTextIsReadOrRefused() {
    long seed = System.nanoTime();
    System.out.println("LabelSelectorTest seed " + seed);
    var random = new Random(seed);
    var pieces = new String[] {"zone", "in", "not", "exists", "(", ")", ",", "=", "!", "\"", " "};
    for (int i = 0; i < 20_000; i++) {
      var text = new StringBuilder();
      for (int length = random.nextInt(10); length > 0; length--) {
        text.append(pieces[random.nextInt(pieces.length)]);
      }
      try {
        LabelSelector.parse(text.toString()).matches(LABELS);
      } catch (InvalidRequestException refused) {
        assertThat(refused).hasMessageContaining("position");
      }
    }
  }
}
