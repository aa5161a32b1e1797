package io.mobula.internal.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.error.CodecException;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Test of a job as data. */
class JobTest {
  private static final NodeId DRIVER = new NodeId(7);

  private static Job sent(Job job) {
    var out = new FrameWriter();
    job.write(out);
    return Job.read(new FrameReader(out.toBytes()));
  }

  @Test
  void goesThroughAFrame() {
    var plain = new Job(DRIVER, true, null, 2.5);
    assertThat(sent(plain)).isEqualTo(plain);
    var shipped = new Job(DRIVER, false, new RuntimeEnvironment("ab", new ObjectId(1, 2, 3)), 1);
    assertThat(sent(shipped)).isEqualTo(shipped);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY})
  void aWeightIsPositiveAndFinite(double weight) {
    assertThatThrownBy(() -> new Job(DRIVER, true, null, weight))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("it is more than 0");
    var out = new FrameWriter().int64(7).int64(Double.doubleToLongBits(weight)).flag(true);
    var in = new FrameReader(out.flag(false).toBytes());
    assertThatThrownBy(() -> Job.read(in)).isInstanceOf(CodecException.class);
  }

  @Test
  void aThreadThatRunsNoWorkWorksForItsOwnJob() {
    var own = new Job(DRIVER, true, null, 1);
    assertThat(Job.current(own)).isSameAs(own);
  }
}
