package io.mobula.gpu.nvml;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.gpu.DeviceHealth;
import io.mobula.gpu.MigInstance;
import org.junit.jupiter.api.Test;

class XidTest {
  private static final MigInstance PART = new MigInstance("GPU-1", 2, 1);

  @Test
  void isAboutAllPartsOrAboutOne() {
    assertThat(new Xid(95, Xid.WHOLE_GPU, Xid.WHOLE_GPU).concerns(PART)).isTrue();
    assertThat(new Xid(94, 2, Xid.WHOLE_GPU).concerns(PART)).isTrue();
    assertThat(new Xid(94, 2, 1).concerns(PART)).isTrue();
    assertThat(new Xid(94, 2, 0).concerns(PART)).isFalse();
    assertThat(new Xid(94, 1, 1).concerns(PART)).isFalse();
  }

  @Test
  void saysItsNumberWhateverItIs() {
    for (long number : new long[] {0, 48, 63, 64, 74, 79, 94, 95, 119, 120, 154, -1, 1L << 40}) {
      var health = new Xid(number, Xid.WHOLE_GPU, Xid.WHOLE_GPU).health();
      assertThat(health).isInstanceOf(DeviceHealth.Unhealthy.class);
      assertThat(((DeviceHealth.Unhealthy) health).reason()).startsWith("Xid " + number);
    }
  }

  @Test
  void programsDoSomeOfThemThemselves() {
    assertThat(new Xid(31, Xid.WHOLE_GPU, Xid.WHOLE_GPU).isOfDevice()).isFalse();
    assertThat(new Xid(999, Xid.WHOLE_GPU, Xid.WHOLE_GPU).isOfDevice()).isTrue();
  }
}
