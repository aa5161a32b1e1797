package io.mobula.internal.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.mobula.error.CodecException;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Counts of elements in frames: no more elements than bytes, and no memory for elements that do not
 * follow.
 */
class FrameReaderTest {
  private static final int LEFT = 1 << 20;
  private static final int LEVELS = 100;

  private static byte[] claiming(int count) {
    return new FrameWriter().int32(count).block(new byte[100]).toBytes();
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 105, 201_326_592, Integer.MAX_VALUE, Integer.MIN_VALUE})
  void moreElementsThanBytesAreRefused(int count) {
    assertThatThrownBy(() -> new FrameReader(claiming(count)).count())
        .isInstanceOf(CodecException.class)
        .hasMessageContaining("claims " + count + " elements");
    assertThatThrownBy(() -> new FrameReader(claiming(count)).list(FrameReader::octet))
        .isInstanceOf(CodecException.class);
  }

  @Test
  void asManyElementsAsBytesAreRead() {
    var reader = new FrameReader(claiming(104));
    assertThat(reader.count()).isEqualTo(104);
    assertThat(new FrameReader(claiming(104)).list(FrameReader::octet)).hasSize(104);
  }

  /**
   * Each list claims as many elements as bytes are left, which leaves as many for the list inside
   * it.
   */
  @Test
  void listsInsideListsTakeNoMemoryForWhatDoesNotCome() {
    var frame = new FrameWriter();
    for (int i = 0; i < LEVELS; i++) {
      frame.int32(LEFT);
    }
    frame.block(new byte[LEFT + LEVELS * Integer.BYTES]);
    var bytes = frame.toBytes();
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    assertThatThrownBy(() -> nested(new FrameReader(bytes), 1)).isInstanceOf(CodecException.class);
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(4L * LEFT);
  }

  private static List<Object> nested(FrameReader in, int level) {
    return in.list(inside -> {
      if (level == LEVELS) {
        throw new CodecException("deep enough", null);
      }
      return nested(inside, level + 1);
    });
  }
}
