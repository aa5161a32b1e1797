package io.mobula.gpu.source;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PciAddressTest {
  @Test
  void isWrittenAsTheKernelDoes() {
    assertThat(PciAddress.of("00000000:3B:00.0")).isEqualTo("0000:3b:00.0");
    assertThat(PciAddress.of("0000:3b:00.0")).isEqualTo("0000:3b:00.0");
    assertThat(PciAddress.of("00010000:3B:1F.7")).isEqualTo("10000:3b:1f.7");
    assertThat(PciAddress.of(1, 0xc1 << 8 | 2 << 3 | 3)).isEqualTo("0001:c1:02.3");
  }

  @Test
  void isEmptyForWhatIsNone() {
    assertThat(PciAddress.of("")).isEmpty();
    assertThat(PciAddress.of("[N/A]")).isEmpty();
    assertThat(PciAddress.of("0000:3b:00")).isEmpty();
  }
}
