package io.mobula.internal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.mobula.error.CodecException;
import io.mobula.error.MobulaException;
import io.mobula.error.StoreException;
import io.mobula.error.TaskFailedException;
import io.mobula.internal.codec.Codec;
import io.mobula.internal.codec.CodecOptions;
import io.mobula.internal.fuzz.DecoderFuzzer;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Altered values as they are stored and sent, and altered failures: they are decoded or refused,
 * and never larger than their bytes. The first byte of an input says which of the two it is.
 */
class StoredValueFuzzTest {
  private static final Codec CODEC = Codec.create(CodecOptions.defaults());
  private static final int OFFSET_OF_SECOND = 24 + 16;

  /** Exception with an array that travels beside its bytes. */
  private static final class ArrayException extends RuntimeException {
    final long[] numbers;

    ArrayException(long[] numbers) {
      this.numbers = numbers;
    }
  }

  static Stream<Arguments> seeds() {
    return written().stream().map(bytes -> Arguments.of((Object) bytes));
  }

  private static List<byte[]> written() {
    var failure = new ObjectFailure(() -> new TaskFailedException(
        "task t failed", new IllegalStateException("why", new java.io.IOException("full"))));
    var withArray = new ObjectFailure(
        () -> new TaskFailedException("task t failed", new ArrayException(new long[300])));
    return List.of(
        marked(0, laidOut(List.of("a", 1, 2.5))),
        marked(0, laidOut(List.of(new byte[2_000], new long[300]))),
        marked(1, FailureCodec.write(failure, CODEC)),
        marked(1, FailureCodec.write(withArray, CODEC)));
  }

  private static byte[] laidOut(Object value) {
    var encoded = CODEC.encode(value);
    var bytes = new byte[(int) SealedLayout.sizeOf(encoded)];
    SealedLayout.write(encoded, MemorySegment.ofArray(bytes));
    return bytes;
  }

  private static byte[] marked(int kind, byte[] bytes) {
    var all = new byte[1 + bytes.length];
    all[0] = (byte) kind;
    System.arraycopy(bytes, 0, all, 1, bytes.length);
    return all;
  }

  private static void read(byte[] input) {
    if (input.length == 0) {
      return;
    }
    var bytes = Arrays.copyOfRange(input, 1, input.length);
    if (input[0] % 2 == 0) {
      var parts = SealedLayout.read(MemorySegment.ofArray(bytes));
      CODEC.decode(parts.bytes(), parts.buffers(), List.of());
    } else {
      var failure = FailureCodec.read(bytes, CODEC);
      assertThat(failure.toException()).isInstanceOf(MobulaException.class);
    }
  }

  private static boolean isRefusal(Throwable failure) {
    return failure instanceof StoreException || failure instanceof CodecException;
  }

  @Tag("fuzz")
  @Test
  void whatIsAlteredIsDecodedOrRefused() {
    DecoderFuzzer.search(
        "stored values and failures",
        100,
        written(),
        StoredValueFuzzTest::isRefusal,
        StoredValueFuzzTest::read);
  }

  @MethodSource("seeds")
  @Tag("jazzer")
  @FuzzTest(maxDuration = "10s")
  void whateverTheBytesAre(byte[] bytes) {
    try {
      read(bytes);
    } catch (StoreException | CodecException refused) {
      assertThat(refused.getMessage()).isNotBlank();
    }
  }

  @Test
  void buffersThatLieOverEachOtherOrOutsideAreRefused() {
    var bytes = laidOut(List.of(new byte[2_000], new byte[2_000]));
    var all = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    long second = all.getLong(OFFSET_OF_SECOND);
    SealedLayout.read(MemorySegment.ofArray(bytes));
    for (long offset : new long[] {second - 64, 0, -1, bytes.length, Long.MAX_VALUE}) {
      all.putLong(OFFSET_OF_SECOND, offset);
      assertThatThrownBy(() -> SealedLayout.read(MemorySegment.ofArray(bytes)))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("claims a buffer of 2000 bytes at " + offset);
    }
  }
}
