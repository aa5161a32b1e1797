package io.mobula.gpu.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.gpu.Accelerator;
import io.mobula.gpu.DeviceHealth;
import io.mobula.gpu.DeviceLink;
import io.mobula.gpu.DeviceLoad;
import io.mobula.gpu.DeviceModel;
import io.mobula.gpu.DeviceNeighbour;
import io.mobula.gpu.DeviceUsage;
import io.mobula.gpu.GpuProcess;
import io.mobula.gpu.Vendor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AmdSysfsSourceTest {
  private static final String NODES = "sys/class/kfd/kfd/topology/nodes/";
  private static final String CARD = "sys/class/drm/renderD128/device/";

  @TempDir
  private Path root;

  private AmdSysfsSource source;

  @BeforeEach
  void open() {
    source = new AmdSysfsSource(new HostFiles(root));
  }

  private void write(String file, String text) throws IOException {
    var path = root.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  private void processor() throws IOException {
    write(NODES + "0/gpu_id", "0\n");
    write(NODES + "0/properties", "cpu_cores_count 64\nsimd_count 0\ndrm_render_minor 0\n");
    write("dev/kfd", "");
  }

  private void gpu(int node, int minor, long location, String unique) throws IOException {
    write(NODES + node + "/gpu_id", (100 + node) + "\n");
    write(NODES + node + "/properties", """
        cpu_cores_count 0
        simd_count 440
        location_id %d
        domain 0
        drm_render_minor %d
        gfx_target_version 90010
        unique_id %s
        """.formatted(location, minor, unique));
    write("dev/dri/renderD" + minor, "");
  }

  private SourceResult.Answered answered() {
    return (SourceResult.Answered) source.read();
  }

  private Accelerator only() {
    assertThat(answered().devices()).hasSize(1);
    return answered().devices().getFirst().device();
  }

  @Test
  void findsNothingWhereThereIsNoDriverOrNoGpu() throws IOException {
    assertThat(source.read()).isEqualTo(SourceResult.absent());
    processor();
    assertThat(source.read()).isEqualTo(SourceResult.absent());
    assertThat(source.sample()).isEmpty();
  }

  @Test
  void tellsWhatADeviceIs() throws IOException {
    processor();
    gpu(1, 128, 0xc108, "16045690984503098046");
    write(CARD + "product_name", "AMD Instinct MI250X\n");
    write(CARD + "mem_info_vram_total", "68702699520\n");
    write(CARD + "numa_node", "3\n");
    assertThat(answered().warnings()).isEmpty();
    var device = only();
    assertThat(device.uuid()).isEqualTo("GPU-deadbeefcafebabe");
    assertThat(device.model())
        .isEqualTo(new DeviceModel(Vendor.AMD, "AMD Instinct MI250X", 68702699520L, "gfx90a"));
    assertThat(device.location().pciAddress()).isEqualTo("0000:c1:01.0");
    assertThat(device.location().numaNode()).isEqualTo(OptionalInt.of(3));
    assertThat(device.health().isHealthy()).isTrue();
  }

  @Test
  void makesDoWithoutTheGraphicsDriver() throws IOException {
    processor();
    gpu(1, 128, 0xc100, "0");
    write(NODES + "1/mem_banks/0/properties", "heap_type 1\nsize_in_bytes 1000\n");
    write(NODES + "1/mem_banks/1/properties", "heap_type 2\nsize_in_bytes 500\n");
    write(NODES + "1/mem_banks/2/properties", "heap_type 4\nsize_in_bytes 64\n");
    var device = only();
    assertThat(device.uuid()).isEqualTo("AMD-0000:c1:00.0");
    assertThat(device.model()).isEqualTo(new DeviceModel(Vendor.AMD, "AMD gfx90a", 1500, "gfx90a"));
    assertThat(device.location().numaNode()).isEmpty();
  }

  @Test
  void nearOnesAreNeighbours() throws IOException {
    processor();
    for (int node = 1; node <= 3; node++) {
      gpu(node, 127 + node, 0x1000L * node, String.valueOf(node));
      write("sys/class/drm/renderD" + (127 + node) + "/device/numa_node", "0");
    }
    write(NODES + "1/io_links/0/properties", "type 2\nnode_from 1\nnode_to 0\n");
    write(NODES + "1/io_links/1/properties", "type 11\nnode_from 1\nnode_to 3\n");
    assertThat(answered().devices()).extracting(DetectedDevice::number).containsExactly(0, 1, 2);
    assertThat(answered().devices().getFirst().device().location().neighbours())
        .containsExactly(
            new DeviceNeighbour("GPU-0000000000000003", DeviceLink.XGMI),
            new DeviceNeighbour("GPU-0000000000000002", DeviceLink.NUMA_NODE));
  }

  @Test
  void partitionsOfOneGpuHaveNamesOfTheirOwn() throws IOException {
    processor();
    gpu(1, 128, 0, "1");
    gpu(2, 129, 0, "1");
    assertThat(answered().devices())
        .extracting(DetectedDevice::uuid)
        .containsExactly("GPU-0000000000000001", "GPU-0000000000000001-129");
  }

  @Test
  void devicesOfOtherContainersAreLeftOut() throws IOException {
    processor();
    gpu(1, 128, 0, "1");
    gpu(2, 129, 0, "2");
    Files.delete(root.resolve("dev/dri/renderD128"));
    assertThat(answered().warnings()).isEmpty();
    assertThat(only().uuid()).isEqualTo("GPU-0000000000000002");
    Files.delete(root.resolve("dev/dri/renderD129"));
    assertThat(answered().devices()).isEmpty();
    assertThat(answered().warnings().getFirst().cause()).contains("renderD128 and the others");
    Files.delete(root.resolve("dev/kfd"));
    assertThat(source.read()).isInstanceOf(SourceResult.Broken.class);
  }

  @Test
  void filesThatAreRefusedAreAsIfTheyWereNotThere() throws IOException {
    processor();
    gpu(1, 128, 0, "1");
    Files.delete(root.resolve(NODES + "1/gpu_id"));
    Files.createDirectory(root.resolve(NODES + "1/gpu_id"));
    assertThat(source.read()).isEqualTo(SourceResult.absent());
  }

  @Test
  void lostBitsMakeADeviceIll() throws IOException {
    processor();
    gpu(1, 128, 0, "1");
    write(CARD + "ras/umc_err_count", "ue: 0\nce: 12\n");
    assertThat(only().health().isHealthy()).isTrue();
    write(CARD + "ras/umc_err_count", "ue: 2\nce: 12\nde: 0\n");
    assertThat(only().health())
        .isEqualTo(DeviceHealth.unhealthy(
            DeviceHealth.Cause.MEMORY_ERROR, "2 errors that could not be corrected in umc"));
  }

  @Test
  void samplesHowBusyItIs() throws IOException {
    processor();
    gpu(1, 128, 0, "1");
    write(CARD + "gpu_busy_percent", "73");
    write(CARD + "mem_busy_percent", "nonsense");
    write(CARD + "mem_info_vram_used", "1234");
    write(CARD + "hwmon/hwmon4/temp1_input", "45500");
    write("sys/class/kfd/kfd/proc/4711/vram_101", "99");
    write("sys/class/kfd/kfd/proc/4712/vram_102", "98");
    write("sys/class/kfd/kfd/proc/self/vram_101", "97");
    source.read();
    assertThat(source.sample())
        .containsExactly(new DeviceUsage(
            "GPU-0000000000000001",
            new DeviceLoad(
                OptionalInt.of(73), OptionalInt.empty(), OptionalLong.of(1234), OptionalInt.of(45)),
            List.of(new GpuProcess(4711, OptionalLong.of(99)))));
    source.close();
    assertThat(source.sample()).isEmpty();
  }

  @Test
  void strangeFilesCostNoMoreThanTheirAnswer() throws IOException {
    processor();
    gpu(1, 128, 0, "1");
    write(
        NODES + "1/properties",
        "drm_render_minor 128\n\n\nsimd_count\nunique_id -\nlocation_id x 1\ngfx_target_version -7\n");
    write(CARD + "mem_info_vram_total", "-1");
    write(CARD + "numa_node", "-1");
    var device = only();
    assertThat(device.uuid()).isEqualTo("AMD-0000:00:00.0");
    assertThat(device.model()).isEqualTo(new DeviceModel(Vendor.AMD, "AMD GPU", 0, ""));
    assertThat(device.location().numaNode()).isEmpty();
    write(NODES + "1/properties", "");
    assertThat(source.read()).isEqualTo(SourceResult.absent());
  }

  @Test
  void targetsAreWrittenAsCompilersTakeThem() {
    assertThat(KfdNode.architecture(90402)).isEqualTo("gfx942");
    assertThat(KfdNode.architecture(90010)).isEqualTo("gfx90a");
    assertThat(KfdNode.architecture(110001)).isEqualTo("gfx1101");
    assertThat(KfdNode.architecture(0)).isEmpty();
  }
}
