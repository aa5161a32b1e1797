package io.mobula.internal.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.mobula.error.CodecException;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Test of malformed calls of tasks and actors that fuzzing of frames has found. */
class MalformedCallsTest {
  private static final long LITTLE = 1 << 20;

  private static FrameReader claiming(int arguments) {
    return new FrameReader(
        new FrameWriter().int32(arguments).block(new byte[80]).toBytes());
  }

  /** An array for 201 326 592 arguments would take 806 MB of heap, for a frame of 100 bytes. */
  @ParameterizedTest
  @ValueSource(ints = {201_326_592, 85, -1, Integer.MAX_VALUE})
  void moreArgumentsThanBytesAreRefusedWithoutRoomForThem(int arguments) {
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    var read = new ArrayList<>();
    long before = threads.getCurrentThreadAllocatedBytes();
    assertThatThrownBy(() -> CallCodec.readArguments(claiming(arguments), read, FrameReader::octet))
        .isInstanceOf(CodecException.class)
        .hasMessageContaining("claims " + arguments + " elements");
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(LITTLE);
    assertThat(read).isEmpty();
  }

  /** The caller releases the arguments that were read before the failure. */
  @Test
  void thoseBeforeOneThatCannotBeReadAreKnown() {
    var read = new ArrayList<>();
    assertThatThrownBy(() -> CallCodec.readArguments(claiming(3), read, in -> {
          if (read.size() == 2) {
            throw new CodecException("cut", null);
          }
          return in.octet();
        }))
        .hasMessage("cut");
    assertThat(read).isEqualTo(List.of(80, 0));
  }
}
