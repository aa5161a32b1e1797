package io.mobula.internal.sharing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.error.CodecException;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Faults that altered frames have found in the offers of a leaving node. */
class MalformedOffersTest {
  private static int attempt(int written) {
    return ObjectLocation.readAttempt(
        new FrameReader(new FrameWriter().int32(written).toBytes()));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
  void attemptsCountFromOne(int attempt) {
    assertThatThrownBy(() -> attempt(attempt))
        .isInstanceOf(CodecException.class)
        .hasMessageContaining("attempt " + attempt);
  }

  @Test
  void theFirstAttemptIsOne() {
    assertThat(attempt(1)).isEqualTo(1);
  }
}
