package io.mobula.internal.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.ObjectId;
import io.mobula.internal.lane.FrameKind;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.sharing.ClusterObjects;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Test of the parts that the frames about tasks have in common. */
class TaskFramesTest {
  private static final ObjectId TASK = new ObjectId(3, 5, 0);
  private static final ObjectId OTHER = new ObjectId(3, 6, 1);

  private static FrameReader read(byte[] frame, FrameKind kind) {
    var in = new FrameReader(frame);
    assertThat(in.octet()).isEqualTo(FrameWriter.of(kind).toBytes()[0] & 0xff);
    return in;
  }

  @Test
  void aFrameNamesItsSlotAndItsTaskFirst() {
    var in =
        read(TaskFrames.about(FrameKind.TASK_STAGED, 77, TASK).toBytes(), FrameKind.TASK_STAGED);
    assertThat(in.int64()).isEqualTo(77);
    assertThat(ClusterObjects.readId(in)).isEqualTo(TASK);
  }

  @Test
  void severalTasksOfASlotArriveInOrder() {
    var in = read(
        TaskFrames.withIds(FrameKind.TASKS_RETURNED, 77, List.of(OTHER, TASK)),
        FrameKind.TASKS_RETURNED);
    assertThat(in.int64()).isEqualTo(77);
    assertThat(TaskFrames.ids(in)).containsExactly(OTHER, TASK);
  }

  @Test
  void aTimeThatIsLeftIsNeverNegativeAndMayBeEndless() {
    assertThat(sent(null)).isNull();
    assertThat(sent(Duration.ofMillis(1500))).isEqualTo(Duration.ofMillis(1500));
    assertThat(sent(Duration.ofNanos(-7))).isZero();
  }

  private static @Nullable Duration sent(@Nullable Duration left) {
    var out = new FrameWriter();
    TaskFrames.writeLeft(out, left);
    return TaskFrames.readLeft(new FrameReader(out.toBytes()));
  }
}
