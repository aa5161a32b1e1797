package io.mobula.gpu.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.gpu.DeviceHealth;
import io.mobula.gpu.DeviceLoad;
import io.mobula.gpu.DeviceModel;
import io.mobula.gpu.GpuProcess;
import io.mobula.gpu.Vendor;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NvidiaSmiReportTest {
  private static final String LINE =
      "0, GPU-1, NVIDIA H100 80GB HBM3, 81559, 1024, 00000000:19:00.0, 0, 41, 37, 12, Disabled, 9.0";

  @Test
  void understandsALine() {
    var report = NvidiaSmiReport.parse(LINE + "\n");
    assertThat(report.unparsedLines()).isEmpty();
    assertThat(report.rows())
        .containsExactly(new NvidiaSmiReport.Row(
            0,
            "GPU-1",
            new DeviceModel(Vendor.NVIDIA, "NVIDIA H100 80GB HBM3", 81559L << 20, "9.0"),
            "0000:19:00.0",
            false,
            DeviceHealth.healthy(),
            new DeviceLoad(
                OptionalInt.of(37),
                OptionalInt.of(12),
                OptionalLong.of(1L << 30),
                OptionalInt.of(41))));
  }

  @Test
  void understandsOldDrivers() {
    var row = NvidiaSmiReport.parse(LINE.replace(", Disabled, 9.0", "")).rows().getFirst();
    assertThat(row.model().architecture()).isEmpty();
    assertThat(row.isSplit()).isFalse();
  }

  @Test
  void whatIsNotToldIsEmpty() {
    var row = NvidiaSmiReport.parse(
            "3, GPU-3, NVIDIA GB10, [N/A], [Not Supported], [N/A], [N/A], [N/A], [Unknown Error], ERR!, [N/A], [N/A]")
        .rows()
        .getFirst();
    assertThat(row.model()).isEqualTo(new DeviceModel(Vendor.NVIDIA, "NVIDIA GB10", 0, ""));
    assertThat(row.pciAddress()).isEmpty();
    assertThat(row.load())
        .isEqualTo(new DeviceLoad(
            OptionalInt.empty(), OptionalInt.empty(), OptionalLong.empty(), OptionalInt.empty()));
    assertThat(row.health().isHealthy()).isTrue();
  }

  @Test
  void seesIllness() {
    assertThat(health(LINE.replace("00.0, 0,", "00.0, 5,")))
        .isEqualTo(DeviceHealth.unhealthy(
            DeviceHealth.Cause.MEMORY_ERROR,
            "5 uncorrected memory errors since the driver was loaded"));
    assertThat(health(LINE.replace("41", "[GPU is lost]")))
        .isEqualTo(DeviceHealth.unhealthy(DeviceHealth.Cause.GONE, "nvidia-smi says: GPU is lost"));
    assertThat(health(LINE.replace("41", "[GPU requires reset]")))
        .isEqualTo(DeviceHealth.unhealthy(
            DeviceHealth.Cause.NEEDS_RESET, "nvidia-smi says: GPU requires reset"));
  }

  private static DeviceHealth health(String line) {
    return NvidiaSmiReport.parse(line).rows().getFirst().health();
  }

  @Test
  void linesThatAreNoGpuAreStrange() {
    var report = NvidiaSmiReport.parse(
        "Unable to determine the device handle for GPU 0000:02:00.0: GPU is lost.\n"
            + LINE
            + "\n\n1, MIG-1\nx" + LINE + "\n99999999999" + LINE + "\n"
            + LINE.replace("GPU-1", "none"));
    assertThat(report.rows()).hasSize(1);
    assertThat(report.unparsedLines()).hasSize(5);
  }

  @Test
  void findsInstancesBelowTheirGpus() {
    var printed = """
        GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-1)
          MIG 3g.20gb     Device  0: (UUID: MIG-a)
          MIG 1c.3g.20gb  Device  1: (UUID: MIG-GPU-1/2/0)
        GPU 1: NVIDIA A100-SXM4-40GB (UUID: GPU-2)
        some other line
        GPU 2: NVIDIA A100-SXM4-40GB (UUID: GPU-3)
          MIG 7g.40gb     Device  0: (UUID: MIG-c)
        """;
    assertThat(NvidiaSmiReport.instances(printed))
        .containsExactly(
            new NvidiaSmiReport.Instance(0, "GPU-1", "MIG-a", "3g.20gb"),
            new NvidiaSmiReport.Instance(0, "GPU-1", "MIG-GPU-1/2/0", "1c.3g.20gb"),
            new NvidiaSmiReport.Instance(2, "GPU-3", "MIG-c", "7g.40gb"));
    assertThat(NvidiaSmiReport.instances("  MIG 7g.40gb     Device  0: (UUID: MIG-c)"))
        .isEmpty();
  }

  @Test
  void findsProcesses() {
    assertThat(
            NvidiaSmiReport.processes("GPU-1, 42, 100\nGPU-1, 43, [N/A]\nGPU-2, x, 1\nnothing\n"))
        .containsOnlyKeys("GPU-1")
        .containsEntry(
            "GPU-1",
            List.of(
                new GpuProcess(42, OptionalLong.of(100L << 20)),
                new GpuProcess(43, OptionalLong.empty())));
  }

  @Test
  void neverThrowsWhateverIsPrinted() {
    long seed = System.nanoTime();
    System.out.println("NvidiaSmiReportTest: seed " + seed);
    var random = new Random(seed);
    for (int i = 0; i < 2000; i++) {
      var text = new StringBuilder(LINE + "\n" + LINE);
      for (int j = 0; j < 8; j++) {
        int at = random.nextInt(text.length());
        if (random.nextBoolean()) {
          text.setCharAt(at, (char) random.nextInt(256));
        } else {
          text.delete(at, Math.min(text.length(), at + random.nextInt(20)));
        }
        if (text.isEmpty()) {
          break;
        }
      }
      NvidiaSmiReport.parse(text.toString());
      NvidiaSmiReport.instances(text.toString());
      NvidiaSmiReport.processes(text.toString());
    }
  }
}
