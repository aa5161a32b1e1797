package io.mobula.ps.internal.compression;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.ps.compression.Compression;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class OneBitTest {

  @Test
  void sendsTheMeanOfEachSign() {
    assertThat(CompressionSamples.sent(Compression.oneBit(), 1, -2, 3, -4, 0.5f, -0.5f, 0, 0, 1.5f))
        .containsExactly(1, -6.5f / 3, 1, -6.5f / 3, 1, -6.5f / 3, 1, 1, 1);
  }

  @Test
  void sendsTheRestNextTime() {
    var compression = Compression.oneBit();
    var encoder = GradientCodec.of(compression).encoder(4);
    float[] first =
        CompressionSamples.decoded(compression, encoder.encode(new float[] {1, 3, -2, -4}, 0), 4);
    float[] second = CompressionSamples.decoded(compression, encoder.encode(new float[4], 0), 4);

    assertThat(first).containsExactly(2, 2, -3, -3);
    assertThat(second).containsExactly(-1, 1, 1, -1);
  }

  @Test
  void isExactWhereAllOfASignAreEqual() {
    assertThat(CompressionSamples.sent(Compression.oneBit(), 5, 5, 5)).containsOnly(5);
    assertThat(CompressionSamples.sent(Compression.oneBit(), -5, 5, -5)).containsExactly(-5, 5, -5);
  }

  @Test
  void takesTheMeansOfEachBlockByItself() {
    var gradient = new float[OneBit.BLOCK + 3];
    Arrays.fill(gradient, 0, OneBit.BLOCK, 1);
    Arrays.fill(gradient, OneBit.BLOCK, gradient.length, -1000);

    assertThat(CompressionSamples.sent(Compression.oneBit(), gradient)).containsExactly(gradient);
  }

  @Test
  void takesABitForEachNumberAndEightBytesForEachBlock() {
    assertThat(GradientCodec.of(Compression.oneBit()).encoder(512).encode(new float[512], 0))
        .hasSize(5 + 80);
    assertThat(GradientCodec.of(Compression.oneBit()).encoder(521).encode(new float[521], 0))
        .hasSize(5 + 90);
  }
}
