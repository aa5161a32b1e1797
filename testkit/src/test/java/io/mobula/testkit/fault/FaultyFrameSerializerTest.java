package io.mobula.testkit.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.NotSerializableException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class FaultyFrameSerializerTest {
  private static final Pattern SEQUENCE = Pattern.compile("sequence=(\\d+)");

  /** Returns the numbers of the delivered envelopes when {@code count} envelopes are read. */
  private static List<Long> arriving(FrameFaults faults, int count)
      throws NotSerializableException {
    var serializer = new FaultyFrameSerializer(faults);
    var arrived = new ArrayList<Long>();
    for (long number = 1; number <= count; number++) {
      var bytes = ByteBuffer.allocate(36).order(ByteOrder.LITTLE_ENDIAN);
      bytes.putLong(1).putLong(2).putLong(number).putLong(0).putInt(0);
      var found = SEQUENCE.matcher(serializer.fromBinary(bytes.array(), "1").toString());
      assertThat(found.find()).isTrue();
      arrived.add(Long.parseLong(found.group(1)));
    }
    return arrived;
  }

  @Test
  void withoutFaultsAllArriveAsTheyCame() throws Exception {
    assertThat(arriving(FrameFaults.NONE, 4)).containsExactly(1L, 2L, 3L, 4L);
  }

  @Test
  void inPlaceOfALostOneTheOneBeforeArrivesAgain() throws Exception {
    assertThat(arriving(new FrameFaults(1, 1, 0, 0), 4)).containsExactly(1L, 1L, 2L, 3L);
  }

  @Test
  void aLateOneArrivesAfterTheOneBehindIt() throws Exception {
    assertThat(arriving(new FrameFaults(1, 0, 1, 0), 4)).containsExactly(1L, 1L, 3L, 2L);
  }

  @Test
  void aSeedDrawsSomeOfThemAndTheSameAgain() throws Exception {
    var faults = new FrameFaults(7, 0.1, 0.1, 0);
    var arrived = arriving(faults, 1_000);
    assertThat(arriving(faults, 1_000)).isEqualTo(arrived);
    assertThat(new HashSet<>(arrived)).hasSizeBetween(600, 950);
  }

  @Test
  void refusesWhatIsNoProbability() {
    assertThatIllegalArgumentException().isThrownBy(() -> new FrameFaults(1, 0.6, 0.6, 0));
    assertThatIllegalArgumentException().isThrownBy(() -> new FrameFaults(1, Double.NaN, 0, 0));
  }
}
