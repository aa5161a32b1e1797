package io.mobula.gpu.nvml;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.gpu.Accelerator;
import io.mobula.gpu.DeviceHealth;
import io.mobula.gpu.DeviceLink;
import io.mobula.gpu.DeviceLoad;
import io.mobula.gpu.DeviceModel;
import io.mobula.gpu.DeviceNeighbour;
import io.mobula.gpu.DeviceUsage;
import io.mobula.gpu.GpuProcess;
import io.mobula.gpu.MigInstance;
import io.mobula.gpu.ProbeWarning;
import io.mobula.gpu.Vendor;
import io.mobula.gpu.source.DetectedDevice;
import io.mobula.gpu.source.HostFiles;
import io.mobula.gpu.source.SourceResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NvmlSourceTest {
  private static final String ONE = """
      gpu GPU-1
        name NVIDIA H100 80GB HBM3
        bytes 85899345920 1073741824
        capability 9 0
        pci 00000000:19:00.0
        node 0
        affinity 2
        busy 37 12
        celsius 41
        ecc 0
        rows 2 0
        split 0
        process 4242 536870912
        process 4243 -1
      """;
  private static final String TWO = ONE + """
          gpu GPU-2
            name NVIDIA H100 80GB HBM3
            bytes 85899345920 0
            capability 9 0
            pci 00000000:3B:00.0
            ecc 0
          """;
  private static final String SPLIT = """
      gpu GPU-1
        name NVIDIA A100-SXM4-40GB
        bytes 42949672960 0
        capability 8 0
        pci 00000000:19:00.0
        split 1
        celsius 50
      part MIG-a 1 0
        name NVIDIA A100-SXM4-40GB MIG 3g.20gb
        bytes 20937965568 1048576
        process 7 1000
      part MIG-b 2 0
        name NVIDIA A100-SXM4-40GB MIG 3g.20gb
        bytes 20937965568 0
      """;

  @TempDir
  private Path folder;

  private FakeNvmlLibrary played;
  private NvmlSource source;

  @BeforeEach
  void play() throws Exception {
    played = FakeNvmlLibrary.in(folder).script(ONE);
    source = new NvmlSource(played.path(), new HostFiles(folder));
  }

  @AfterEach
  void close() {
    if (source != null) {
      source.close();
    }
  }

  private SourceResult.Answered answered() {
    var result = source.read();
    assertThat(result).isInstanceOf(SourceResult.Answered.class);
    return (SourceResult.Answered) result;
  }

  private Accelerator only() {
    var devices = answered().devices();
    assertThat(devices).hasSize(1);
    return devices.getFirst().device();
  }

  private static DeviceHealth.Unhealthy illness(Accelerator device) {
    assertThat(device.health()).isInstanceOf(DeviceHealth.Unhealthy.class);
    return (DeviceHealth.Unhealthy) device.health();
  }

  private String cause() {
    var result = source.read();
    assertThat(result).isInstanceOf(SourceResult.Broken.class);
    return ((SourceResult.Broken) result).warning().cause();
  }

  @Test
  void tellsWhatADeviceIs() {
    var reading = answered();
    assertThat(reading.warnings()).isEmpty();
    assertThat(reading.devices()).extracting(DetectedDevice::number).containsExactly(0);
    var device = reading.devices().getFirst().device();
    assertThat(device.uuid()).isEqualTo("GPU-1");
    assertThat(device.model())
        .isEqualTo(new DeviceModel(Vendor.NVIDIA, "NVIDIA H100 80GB HBM3", 80L << 30, "9.0"));
    assertThat(device.location().pciAddress()).isEqualTo("0000:19:00.0");
    assertThat(device.location().numaNode()).isEqualTo(OptionalInt.of(1));
    assertThat(device.location().mig()).isEmpty();
    assertThat(device.health().isHealthy()).isTrue();
  }

  @Test
  void samplesHowBusyItIsAndForWhom() {
    answered();
    assertThat(source.sample())
        .containsExactly(new DeviceUsage(
            "GPU-1",
            new DeviceLoad(
                OptionalInt.of(37),
                OptionalInt.of(12),
                OptionalLong.of(1L << 30),
                OptionalInt.of(41)),
            List.of(
                new GpuProcess(4242, OptionalLong.of(1 << 29)),
                new GpuProcess(4243, OptionalLong.empty()))));
  }

  @Test
  void samplesNothingBeforeItHasLooked() {
    assertThat(source.sample()).isEmpty();
  }

  @Test
  void findsNothingWhereThereIsNoDevice() throws IOException {
    played.script("");
    assertThat(answered()).isEqualTo(new SourceResult.Answered(List.of(), List.of()));
    assertThat(source.sample()).isEmpty();
  }

  @Test
  void initialisesOnceAndLetsGo() throws IOException {
    source.read();
    source.read();
    source.close();
    source.close();
    assertThat(played.log()).containsExactly("init", "free", "shutdown");
    source.read();
    assertThat(played.log()).containsExactly("init", "free", "shutdown", "init");
  }

  @Test
  void aDriverThatDoesNotStartIsAWarningWithItsCause() throws IOException {
    played.script("fail nvmlInit_v2 18");
    assertThat(cause())
        .isEqualTo(
            "NVML does not start: nvmlInit_v2 answered \"Driver/library version mismatch\" (18).");
    played.script("fail nvmlInit_v2 9");
    assertThat(cause()).contains("Driver Not Loaded").contains("/dev/nvidiactl is missing");
    played.script(ONE);
    assertThat(only().uuid()).isEqualTo("GPU-1");
  }

  @Test
  void beginsAnewAfterItLostTheDriver() throws IOException {
    answered();
    played.script(ONE + "fail nvmlDeviceGetCount_v2 999");
    assertThat(cause())
        .contains("how many GPUs")
        .contains("nvmlDeviceGetCount_v2")
        .contains("999");
    played.script(ONE);
    assertThat(only().uuid()).isEqualTo("GPU-1");
    assertThat(played.log()).startsWith("init", "free", "shutdown", "init");
  }

  @Test
  void aLibraryThatIsNotThereIsNoError() {
    var absent = new NvmlSource(NvmlSource.LIBRARY, new HostFiles(folder));
    assertThat(absent.read()).isNotInstanceOf(SourceResult.Answered.class);
    assertThat(new NvmlSource(folder + "/none.so", new HostFiles(folder)).read())
        .isEqualTo(SourceResult.broken(
            "nvml",
            folder
                + "/none.so cannot be opened: it is not there, or no library for this machine."));
  }

  @Test
  void aLibraryThatIsNotNvmlIsAWarning() throws IOException {
    var text = Files.writeString(folder.resolve("text.so"), "no library");
    assertThat(new NvmlSource(text.toString(), new HostFiles(folder)).read())
        .isInstanceOf(SourceResult.Broken.class);
    assertThat(new NvmlSource("libc.so.6", new HostFiles(folder)).read())
        .isEqualTo(SourceResult.broken(
            "nvml",
            "libc.so.6 has no nvmlInit_v2: it is not NVML, or of a driver that is too old."));
  }

  @Test
  void anOldDriverTellsWhatItCan() throws Exception {
    played = FakeNvmlLibrary.in(folder, "-DOLD").script(ONE);
    source = new NvmlSource(played.path(), new HostFiles(folder));
    var reading = answered();
    assertThat(reading.warnings()).isEmpty();
    var device = reading.devices().getFirst().device();
    assertThat(device.model())
        .isEqualTo(new DeviceModel(Vendor.NVIDIA, "NVIDIA H100 80GB HBM3", 80L << 30, ""));
    assertThat(device.location().pciAddress()).isEmpty();
    assertThat(device.health().isHealthy()).isTrue();
    assertThat(source.sample().getFirst().processes()).isEmpty();
    played.script("fail nvmlInit_v2 999");
    source.close();
    assertThat(cause()).isEqualTo("NVML does not start: nvmlInit_v2 answered 999.");
  }

  @Test
  void processesAreAskedInTheOldWayWhereTheDriverIsOlder() throws Exception {
    played = FakeNvmlLibrary.in(folder, "-DBEFORE_510").script(ONE);
    source = new NvmlSource(played.path(), new HostFiles(folder));
    answered();
    assertThat(source.sample().getFirst().processes()).hasSize(2);
  }

  /** Whatever one call returns, a probe neither throws nor loses the other device. */
  @Test
  void anErrorOfOneCallCostsNoMoreThanItsAnswer() throws IOException {
    for (var function : NvmlFunction.values()) {
      for (int code : new int[] {2, 3, 4, 9, 10, 13, 15, 16, 17, 999, -1}) {
        played.script(TWO + "fail " + function.symbol() + " " + code + " GPU-1\n");
        source.close();
        var result = source.read();
        assertThat(result).as("%s %d", function, code).isInstanceOf(SourceResult.Answered.class);
        var devices = ((SourceResult.Answered) result).devices();
        assertThat(devices).extracting(DetectedDevice::uuid).contains("GPU-2");
        assertThat(devices.getLast().device().health().isHealthy()).isTrue();
        source.sample();
      }
    }
  }

  @Test
  void anErrorOfOneCallForAllNeverThrows() throws IOException {
    for (var function : NvmlFunction.values()) {
      for (int code : new int[] {1, 3, 15, 999}) {
        played.script(SPLIT + "fail " + function.symbol() + " " + code + "\n");
        source.close();
        assertThat(source.read()).as("%s %d", function, code).isNotNull();
        source.sample();
        source.read();
      }
    }
  }

  @Test
  void anErrorThatSaysNothingOfTheDeviceIsAWarning() throws IOException {
    played.script(ONE + "fail nvmlDeviceGetName 999 GPU-1");
    var reading = answered();
    assertThat(reading.warnings())
        .containsExactly(
            new ProbeWarning("nvml", "GPU-1: nvmlDeviceGetName answered \"Unknown Error\" (999)."));
    assertThat(reading.devices().getFirst().device().model().name()).isEqualTo("NVIDIA GPU");
    assertThat(reading.devices().getFirst().device().health().isHealthy()).isTrue();
  }

  @Test
  void aDeviceThatNeverSaidWhoItIsIsLeftOut() throws IOException {
    played.script(TWO + "fail nvmlDeviceGetUUID 15 GPU-1");
    var reading = answered();
    assertThat(reading.devices()).extracting(DetectedDevice::uuid).containsExactly("GPU-2");
    assertThat(reading.devices()).extracting(DetectedDevice::number).containsExactly(1);
    assertThat(reading.warnings())
        .containsExactly(new ProbeWarning(
            "nvml", "GPU 0 is left out, since nvmlDeviceGetUUID answered \"GPU is lost\" (15)."));
  }

  @Test
  void aDeviceThatFallsOffTheBusIsIllAndWhatItWas() throws IOException {
    var before = only();
    for (var call :
        List.of("nvmlDeviceGetHandleByIndex_v2", "nvmlDeviceGetUUID", "nvmlDeviceGetMemoryInfo")) {
      played.script(ONE + "fail " + call + " 15 GPU-1");
      var gone = only();
      assertThat(illness(gone).cause()).isEqualTo(DeviceHealth.Cause.GONE);
      assertThat(illness(gone).reason()).contains(call).contains("GPU is lost");
      assertThat(gone.withHealth(before.health())).isEqualTo(before);
    }
    played.script(ONE);
    assertThat(only()).isEqualTo(before);
  }

  @Test
  void aDeviceMayVanishAtAnyCall() throws IOException {
    for (int calls = 0; calls < 30; calls++) {
      played.script("vanish none 0\n" + TWO);
      source.read();
      played.script("vanish GPU-1 " + calls + "\n" + TWO);
      var reading = answered();
      assertThat(reading.devices())
          .extracting(DetectedDevice::uuid)
          .containsExactly("GPU-1", "GPU-2");
      assertThat(reading.devices().getLast().device().health().isHealthy()).isTrue();
      source.sample();
    }
    played.script("vanish none 0\n" + TWO);
    source.read();
    played.script("vanish GPU-1 0\n" + TWO);
    assertThat(source.sample()).extracting(DeviceUsage::uuid).containsExactly("GPU-1", "GPU-2");
    assertThat(illness(answered().devices().getFirst().device()).cause())
        .isEqualTo(DeviceHealth.Cause.GONE);
    assertThat(source.sample()).extracting(DeviceUsage::uuid).containsExactly("GPU-2");
  }

  @Test
  void aDeviceThatWantsToBeResetIsIll() throws IOException {
    played.script(ONE + "fail nvmlDeviceGetMemoryInfo 16");
    assertThat(illness(only()).cause()).isEqualTo(DeviceHealth.Cause.NEEDS_RESET);
  }

  @Test
  void memoryErrorsMakeADeviceIll() throws IOException {
    played.script(ONE.replace("ecc 0", "ecc 3"));
    assertThat(illness(only()))
        .isEqualTo(new DeviceHealth.Unhealthy(
            DeviceHealth.Cause.MEMORY_ERROR,
            "3 uncorrected memory errors since the driver was loaded"));
    played.script(ONE.replace("rows 2 0", "rows 512 1"));
    assertThat(illness(only()))
        .isEqualTo(new DeviceHealth.Unhealthy(
            DeviceHealth.Cause.MEMORY_ERROR,
            "A bad row of memory could not be replaced after 512 others"));
  }

  @Test
  void errorsOfTheDriverAreRememberedUntilItStartsAnew() throws IOException {
    assertThat(only().health().isHealthy()).isTrue();
    played.script(ONE + "xid 48\nxid 119");
    assertThat(illness(only()))
        .isEqualTo(new DeviceHealth.Unhealthy(
            DeviceHealth.Cause.DRIVER_ERROR, "Xid 48: memory error that could not be corrected"));
    played.script(ONE);
    assertThat(illness(only()).cause()).isEqualTo(DeviceHealth.Cause.DRIVER_ERROR);
    source.close();
    assertThat(only().health().isHealthy()).isTrue();
  }

  @Test
  void theWorstErrorIsTold() throws IOException {
    played.script(ONE.replace("ecc 0", "ecc 1") + "xid 94\nxid 79");
    assertThat(illness(only()))
        .isEqualTo(new DeviceHealth.Unhealthy(
            DeviceHealth.Cause.GONE, "Xid 79: GPU has fallen off the bus"));
  }

  @Test
  void whatAProgramDidToItselfIsNoIllness() throws IOException {
    played.script(ONE + "xid 13\nxid 31\nxid 43\nxid 45\nxid 68\nxid 109");
    assertThat(only().health().isHealthy()).isTrue();
  }

  @Test
  void aDriverWithoutEventsIsAskedNoFurther() throws IOException {
    played.script(ONE + "xid 48\nfail nvmlEventSetCreate 3");
    assertThat(answered().warnings()).isEmpty();
    assertThat(only().health().isHealthy()).isTrue();
    source.close();
    played.script(ONE + "fail nvmlEventSetCreate 999");
    var reading = (SourceResult.Answered) source.read();
    assertThat(reading.warnings()).hasSize(1);
    assertThat(reading.warnings().getFirst().cause()).contains("errors of the driver are not seen");
    assertThat(answered().warnings()).isEmpty();
  }

  @Test
  void instancesStandInPlaceOfAGpuThatIsSplit() throws IOException {
    played.script(SPLIT);
    var reading = answered();
    assertThat(reading.warnings()).isEmpty();
    assertThat(reading.devices())
        .extracting(DetectedDevice::uuid)
        .containsExactly("MIG-a", "MIG-b");
    assertThat(reading.devices()).extracting(DetectedDevice::number).containsExactly(0, 0);
    var part = reading.devices().getFirst().device();
    assertThat(part.model())
        .isEqualTo(new DeviceModel(
            Vendor.NVIDIA, "NVIDIA A100-SXM4-40GB MIG 3g.20gb", 20937965568L, "8.0"));
    assertThat(part.location().mig()).contains(new MigInstance("GPU-1", 1, 0));
    assertThat(part.location().pciAddress()).isEqualTo("0000:19:00.0");
    assertThat(source.sample())
        .contains(new DeviceUsage(
            "MIG-a",
            new DeviceLoad(
                OptionalInt.empty(),
                OptionalInt.empty(),
                OptionalLong.of(1 << 20),
                OptionalInt.of(50)),
            List.of(new GpuProcess(7, OptionalLong.of(1000)))));
  }

  @Test
  void aGpuThatIsSplitIntoNothingIsAWarning() throws IOException {
    played.script(SPLIT.substring(0, SPLIT.indexOf("part")));
    assertThat(answered().devices()).isEmpty();
    assertThat(answered().warnings().getFirst().cause())
        .contains("split by MIG")
        .contains("GPU-1");
  }

  @Test
  void instancesFallIllWithTheirGpuOrAlone() throws IOException {
    played.script(SPLIT.replace("celsius 50", "celsius 50\n  ecc 1"));
    assertThat(answered().devices()).allMatch(it -> !it.device().health().isHealthy());
    source.close();
    played.script(SPLIT.replace("celsius 50", "celsius 50\n  xid 94 2 0"));
    assertThat(answered().devices().getFirst().device().health().isHealthy()).isTrue();
    assertThat(illness(answered().devices().getLast().device()).reason()).contains("Xid 94");
    source.close();
    played.script(SPLIT.replace("celsius 50", "celsius 50\n  xid 95"));
    assertThat(answered().devices()).allMatch(it -> !it.device().health().isHealthy());
  }

  @ParameterizedTest
  @CsvSource({"0, BOARD", "10, PCI_SWITCH", "20, PCI_SWITCHES", "30, HOST_BRIDGE", "40, NUMA_NODE"})
  void devicesThatShareABusAreNeighbours(int level, DeviceLink link) throws IOException {
    played.script(TWO + "level GPU-1 GPU-2 " + level);
    var devices = answered().devices();
    assertThat(devices.getFirst().device().location().neighbours())
        .containsExactly(new DeviceNeighbour("GPU-2", link));
    assertThat(devices.getLast().device().location().neighbours())
        .containsExactly(new DeviceNeighbour("GPU-1", link));
  }

  @Test
  void devicesOfDifferentProcessorsAreNone() throws IOException {
    played.script(TWO + "level GPU-1 GPU-2 50");
    assertThat(answered().devices())
        .allMatch(it -> it.device().location().neighbours().isEmpty());
  }

  @Test
  void linksAreNearerThanBuses() throws IOException {
    for (var pairs : List.of("", "no-pairs\n")) {
      source.close();
      played.script(TWO + "gpu GPU-3\npci 00000000:5D:00.0\n" + pairs
          + "level GPU-1 GPU-2 10\nlevel GPU-1 GPU-3 40\nlink GPU-2 GPU-1");
      assertThat(answered().devices().getFirst().device().location().neighbours())
          .as(pairs)
          .containsExactly(
              new DeviceNeighbour("GPU-2", DeviceLink.NVLINK),
              new DeviceNeighbour("GPU-3", DeviceLink.NUMA_NODE));
    }
  }

  @Test
  void theKernelKnowsTheNumaNodeWhereNvmlDoesNot() throws IOException {
    var device = Files.createDirectories(folder.resolve("sys/bus/pci/devices/0000:19:00.0"));
    Files.writeString(device.resolve("numa_node"), "3\n");
    played.script(ONE.replace("affinity 2", "affinity 6"));
    assertThat(only().location().numaNode()).isEqualTo(OptionalInt.of(3));
  }

  @Test
  void devicesThatAContainerMayNotUseAreLeftOut() throws IOException {
    played.script(TWO + "fail nvmlDeviceGetHandleByIndex_v2 4 GPU-1");
    var some = answered();
    assertThat(some.devices()).extracting(DetectedDevice::uuid).containsExactly("GPU-2");
    assertThat(some.warnings()).isEmpty();
    source.close();
    played.script(TWO + "fail nvmlDeviceGetHandleByIndex_v2 4");
    assertThat(answered().devices()).isEmpty();
    assertThat(answered().warnings().getFirst().cause())
        .contains("There are 2 GPUs, and this process may use none of them");
  }

  @Test
  void devicesWithoutTheirNodeAreLeftOut() throws IOException {
    Files.createDirectories(folder.resolve("dev"));
    Files.createFile(folder.resolve("dev/nvidiactl"));
    var reading = answered();
    assertThat(reading.devices()).isEmpty();
    assertThat(reading.warnings().getFirst().cause()).contains("/dev/nvidia0 is missing");
    Files.createFile(folder.resolve("dev/nvidia0"));
    assertThat(only().uuid()).isEqualTo("GPU-1");
  }

  @Test
  void aNameWithoutItsEndIsCut() throws IOException {
    played.script(ONE.replace("NVIDIA H100 80GB HBM3", "x".repeat(95)));
    assertThat(only().model().name()).isEqualTo("x".repeat(95));
  }

  @Test
  void strangeNumbersAreNotTold() throws IOException {
    played.script(
        ONE.replace("busy 37 12", "busy 4000000000 101").replace("bytes 85899345920", "bytes -5"));
    assertThat(only().model().memoryBytes()).isZero();
    var load = source.sample().getFirst().load();
    assertThat(load.computePercent()).isEmpty();
    assertThat(load.memoryPercent()).isEmpty();
  }
}
