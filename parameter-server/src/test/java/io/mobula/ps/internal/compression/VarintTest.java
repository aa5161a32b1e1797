package io.mobula.ps.internal.compression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VarintTest {

  @ParameterizedTest
  @CsvSource({
    "0, 1",
    "1, 1",
    "127, 1",
    "128, 2",
    "16383, 2",
    "16384, 3",
    "2097151, 3",
    "2097152, 4",
    "268435455, 4",
    "268435456, 5",
    "2147483647, 5"
  })
  void takesAsManyBytesAsItSays(int count, int bytes) {
    var buffer = ByteBuffer.allocate(8);
    Varint.put(count, buffer);

    assertThat(Varint.bytes(count)).isEqualTo(bytes);
    assertThat(buffer.position()).isEqualTo(bytes);
    assertThat(Varint.get(buffer.flip())).isEqualTo(count);
    assertThat(buffer.hasRemaining()).isFalse();
  }

  @Test
  void refusesOneWithoutAnEnd() {
    assertThatThrownBy(() -> Varint.get(ByteBuffer.wrap(new byte[] {-1, -1})))
        .isInstanceOf(CompressedFormatException.class)
        .hasMessageContaining("there was the end");
    assertThatThrownBy(() -> Varint.get(ByteBuffer.wrap(new byte[] {-1, -1, -1, -1, -1, 0})))
        .isInstanceOf(CompressedFormatException.class)
        .hasMessageContaining("at most 5 bytes");
  }
}
