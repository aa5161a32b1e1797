package io.mobula.internal.codec;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.mobula.error.CodecException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Fuzz test: decoding any bytes returns a value or throws {@code CodecException}. Run with
 * {@code JAZZER_FUZZ=1} to search.
 */
class CodecFuzzTest {
  private static final Codec CODEC = Codec.create(CodecOptions.defaults());

  static Stream<Arguments> seeds() {
    return HostileBytesTest.seeds().stream()
        .map(value -> Arguments.of((Object) CODEC.encode(value).bytes()));
  }

  @MethodSource("seeds")
  @Tag("jazzer")
  @FuzzTest(maxDuration = "30s")
  void decodesOrRefuses(byte[] bytes) {
    try {
      CODEC.decode(
          MemorySegment.ofArray(bytes),
          List.of(MemorySegment.ofArray(new byte[16])),
          List.of("external"));
    } catch (CodecException refused) {
      if (refused.getMessage() == null) {
        throw new AssertionError("no message", refused);
      }
    }
  }
}
