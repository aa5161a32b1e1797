package io.mobula.ps.internal.compression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.ps.compression.Compression;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests of the exact bytes of each format, so that no release changes them by accident. */
class CompressedFormatTest {

  static Stream<Arguments> formats() {
    return Stream.of(
        Arguments.of(Compression.none(), "11 04000000 00000000 0000003f 0000c0bf 0000803f"),
        Arguments.of(Compression.topK(0.5), "12 04000000 02000000 02 00 0000c0bf 0000803f"),
        Arguments.of(Compression.eightBit(), "13 04000000 0683413c 00 2a 81 55"),
        Arguments.of(Compression.oneBit(), "14 04000000 0000003f 0000c0bf 04"),
        Arguments.of(
            Compression.oneBit().lz4(),
            "15 04000000 00 0e000000 14 04000000 0000003f 0000c0bf 04"));
  }

  @ParameterizedTest
  @MethodSource("formats")
  void isAsDocumented(Compression compression, String bytes) {
    float[] gradient = {0, 0.5f, -1.5f, 1};

    assertThat(
            HexFormat.of().formatHex(GradientCodec.of(compression).encoder(4).encode(gradient, 0)))
        .isEqualTo(bytes.replace(" ", ""));
  }

  @Test
  void hasZeroForTheMeanOfASignThatIsNotThere() {
    assertThat(HexFormat.of()
            .formatHex(
                GradientCodec.of(Compression.oneBit()).encoder(1).encode(new float[] {1}, 0)))
        .isEqualTo("14010000000000803f0000000000");
  }

  @Test
  void isRefusedForNoNumbers() {
    byte[] encoded = HexFormat.of().parseHex("1100000000");

    assertThatThrownBy(() -> CompressionSamples.decoded(Compression.none(), encoded, 0))
        .isInstanceOf(CompressedFormatException.class)
        .hasMessageContainingAll("1 to 268435456 as the length", "there was 0");
  }

  @Test
  void isRefusedByDecodersOfOtherKinds() {
    var kinds = List.of(
        Compression.none(),
        Compression.topK(0.1),
        Compression.eightBit(),
        Compression.oneBit(),
        Compression.none().lz4());
    for (var made : kinds) {
      byte[] encoded = GradientCodec.of(made).encoder(8).encode(new float[8], 0);
      for (var wanted : kinds) {
        if (made != wanted) {
          assertThatThrownBy(() -> CompressionSamples.decoded(wanted, encoded, 8))
              .as("%s read as %s", made, wanted)
              .isInstanceOf(CompressedFormatException.class);
        }
      }
    }
  }

  @Test
  void isRefusedByTheSameOnTopOfAnother() {
    byte[] encoded =
        GradientCodec.of(Compression.eightBit().lz4()).encoder(8).encode(new float[8], 0);

    assertThatThrownBy(() -> CompressionSamples.decoded(Compression.oneBit().lz4(), encoded, 8))
        .isInstanceOf(CompressedFormatException.class)
        .hasMessageContaining("Wanted 20 as the byte of kind ONE_BIT")
        .hasMessageContaining("there was 19");
  }

  @ParameterizedTest
  @MethodSource("io.mobula.ps.internal.compression.CompressionSamples#all")
  void isRefusedForAnotherLength(Compression compression) {
    byte[] encoded = GradientCodec.of(compression).encoder(8).encode(new float[8], 0);

    for (int length : new int[] {0, 7, 9}) {
      assertThatThrownBy(() -> CompressionSamples.decoded(compression, encoded, length))
          .isInstanceOf(CompressedFormatException.class)
          .hasMessageContaining("Wanted " + length + " as the length")
          .hasMessageContaining("there was 8");
    }
  }
}
