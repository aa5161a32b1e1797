package io.mobula.ps.internal.compression;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.ps.compression.Compression;
import io.mobula.testkit.fault.ByteFuzzer;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Tests that altered encodings are decoded or refused, and that nothing outside their range is
 * written.
 */
@Tag("fuzz")
class AlteredGradientsTest {
  private static final int LENGTH = 3_000;
  private static final int BESIDE = 16;

  @Test
  void whateverTheBytesAreOnlyTheRangeIsWritten() throws Exception {
    var random = new Random(7);
    var numbers = new float[LENGTH];
    for (int i = 0; i < LENGTH; i++) {
      numbers[i] = random.nextInt(4) == 0 ? random.nextFloat() - 0.5f : 0;
    }
    var plain = List.of(
        Compression.none(), Compression.topK(0.1), Compression.eightBit(), Compression.oneBit());
    for (var compression : plain) {
      search(compression, numbers);
      search(compression.lz4(), numbers);
    }
  }

  private static void search(Compression compression, float[] numbers) throws Exception {
    var encoded = GradientCodec.of(compression).encoder(LENGTH).encode(numbers.clone(), 0);
    var decoder = GradientCodec.of(compression).decoder();
    ByteFuzzer.fuzz("gradients of " + compression, List.of(encoded), altered -> {
      var into = new float[LENGTH + 2 * BESIDE];
      try {
        decoder.decode(altered, into, BESIDE, LENGTH);
      } catch (CompressedFormatException refused) {
        assertThat(refused.getMessage()).isNotBlank();
      }
      for (int i = 0; i < BESIDE; i++) {
        assertThat(into[i]).isZero();
        assertThat(into[LENGTH + BESIDE + i]).isZero();
      }
    });
  }
}
