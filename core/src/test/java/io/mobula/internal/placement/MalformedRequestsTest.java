package io.mobula.internal.placement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.NodeId;
import io.mobula.error.CodecException;
import io.mobula.internal.execution.Job;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.placement.Resources;
import org.junit.jupiter.api.Test;

/** Tests of malformed lease requests that fuzzing has found. */
class MalformedRequestsTest {
  private static FrameReader amounts(int count, long units) {
    var frame = new FrameWriter().int32(count);
    for (int i = 0; i < count; i++) {
      frame.text("r" + i).int64(units);
    }
    return new FrameReader(frame.toBytes());
  }

  /**
   * Refuses a negative amount: a ledger that granted it had more than its total, and failed with
   * its node's work.
   */
  @Test
  void anAmountBelowZeroIsRefused() {
    assertThatThrownBy(() -> ResourcesCodec.read(amounts(1, -1)))
        .isInstanceOf(CodecException.class)
        .hasMessageContaining("below zero");
    assertThat(ResourcesCodec.read(amounts(1, 10_000)).units("r0")).isEqualTo(10_000);
  }

  @Test
  void moreResourcesThanAnyRequestHasAreRefused() {
    assertThatThrownBy(() -> ResourcesCodec.read(amounts(2_000, 1)))
        .isInstanceOf(CodecException.class)
        .hasMessageContaining("2000 resources");
    assertThat(ResourcesCodec.read(amounts(1_000, 1))).isNotEqualTo(Resources.none());
  }

  @Test
  void aProgramWithoutWeightIsRefusedAsAFrame() {
    var frame = new FrameWriter();
    new Job(new NodeId(7), true, null, 1).write(frame);
    var bytes = frame.toBytes();
    assertThat(Job.read(new FrameReader(bytes)).weight()).isEqualTo(1);
    for (int i = Long.BYTES; i < 2 * Long.BYTES; i++) {
      bytes[i] = 0;
    }
    assertThatThrownBy(() -> Job.read(new FrameReader(bytes)))
        .isInstanceOf(CodecException.class)
        .hasMessageContaining("weight");
  }
}
