package io.mobula.gpu.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.mobula.gpu.Accelerator;
import io.mobula.gpu.DeviceHealth;
import io.mobula.gpu.DeviceLink;
import io.mobula.gpu.DeviceNeighbour;
import io.mobula.gpu.DeviceUsage;
import io.mobula.gpu.ProbeResult;
import io.mobula.gpu.ProbeWarning;
import io.mobula.gpu.Vendor;
import io.mobula.gpu.nvml.FakeNvmlLibrary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostAcceleratorProbeTest {
  private static final String THREE = """
      gpu GPU-1
        name A
        bytes 1000 1
      gpu GPU-2
        name B
        bytes 1000 2
      gpu GPU-3
        name C
        bytes 1000 3
      link GPU-1 GPU-2
      link GPU-1 GPU-3
      """;

  @TempDir
  private Path folder;

  private final Map<String, String> environment = new HashMap<>();
  private String nvml = ProbeSettings.OFF;
  private Duration limit = Duration.ofSeconds(20);
  private HostAcceleratorProbe probe;

  private ProbeSettings settings() {
    return ProbeSettings.of(environment, "")
        .drivers(new ProbeSettings.Drivers(nvml, folder + "/nvidia-smi", folder))
        .limit(limit);
  }

  private ProbeResult probed() {
    return probed(settings());
  }

  private ProbeResult probed(ProbeSettings settings) {
    if (probe == null) {
      probe = HostAcceleratorProbe.open(settings);
    }
    return probe.probe();
  }

  private FakeNvmlLibrary play(String script) throws Exception {
    var played = FakeNvmlLibrary.in(folder).script(script);
    nvml = played.path();
    return played;
  }

  private void smi(String body) throws IOException {
    var file = folder.resolve("nvidia-smi");
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Files.writeString(file, "#!/bin/sh\n" + body + "\n");
  }

  private void amd() throws IOException {
    var node = Files.createDirectories(folder.resolve("sys/class/kfd/kfd/topology/nodes/1"));
    Files.writeString(node.resolve("gpu_id"), "7");
    Files.writeString(
        node.resolve("properties"), "drm_render_minor 128\nunique_id 1\nsimd_count 4\n");
    Files.createDirectories(folder.resolve("dev/dri"));
    Files.createFile(folder.resolve("dev/kfd"));
    Files.createFile(folder.resolve("dev/dri/renderD128"));
  }

  @AfterEach
  void close() {
    if (probe != null) {
      probe.close();
    }
  }

  @Test
  void nothingFoundIsNoError() {
    assertThat(probed()).isEqualTo(ProbeResult.empty());
    assertThat(probe.sample()).isEmpty();
  }

  @Test
  void whateverThisHostHasTheProbeDoesNotThrow() {
    try (var real = HostAcceleratorProbe.open(ProbeSettings.ofThisProcess())) {
      assertThat(real.probe()).isNotNull();
      real.sample();
    }
  }

  @Test
  void tellsDevicesAtTheirIndex() throws Exception {
    play(THREE);
    var found = probed();
    assertThat(found.warnings()).isEmpty();
    assertThat(found.devices())
        .extracting(Accelerator::uuid)
        .containsExactly("GPU-1", "GPU-2", "GPU-3");
    assertThat(found.devices()).extracting(Accelerator::index).containsExactly(0, 1, 2);
    assertThat(probe.sample())
        .extracting(DeviceUsage::uuid)
        .containsExactly("GPU-1", "GPU-2", "GPU-3");
  }

  @Test
  void tellsOnlyWhatMayBeUsed() throws Exception {
    play(THREE);
    environment.put("CUDA_VISIBLE_DEVICES", "2,0,7");
    var found = probed();
    assertThat(found.devices()).extracting(Accelerator::uuid).containsExactly("GPU-3", "GPU-1");
    assertThat(found.devices().getLast().location().neighbours())
        .containsExactly(new DeviceNeighbour("GPU-3", DeviceLink.NVLINK));
    assertThat(found.warnings()).extracting(ProbeWarning::source).containsExactly("environment");
    assertThat(probe.sample()).extracting(DeviceUsage::uuid).containsExactly("GPU-3", "GPU-1");
  }

  @Test
  void aDeviceThatIsGoneKeepsItsIndex() throws Exception {
    var played = play(THREE);
    environment.put("CUDA_VISIBLE_DEVICES", "1,2");
    probed();
    played.script(THREE.substring(0, THREE.indexOf("gpu GPU-3")));
    var found = probed();
    assertThat(found.devices()).extracting(Accelerator::uuid).containsExactly("GPU-2", "GPU-3");
    assertThat(((DeviceHealth.Unhealthy) found.devices().getLast().health()).cause())
        .isEqualTo(DeviceHealth.Cause.GONE);
    assertThat(probe.sample()).extracting(DeviceUsage::uuid).containsExactly("GPU-2");
  }

  @Test
  void theProgramAnswersWhereTheLibraryDoesNot() throws Exception {
    var played = play("fail nvmlInit_v2 999");
    smi("echo '0, GPU-1, A, 1, 1, [N/A], 0, 41, 37, 12, Disabled, 9.0'");
    var found = probed();
    assertThat(found.devices()).extracting(Accelerator::uuid).containsExactly("GPU-1");
    assertThat(found.warnings()).extracting(ProbeWarning::source).containsExactly("nvml");
    assertThat(probe.sample()).extracting(DeviceUsage::uuid).containsExactly("GPU-1");
    played.script(THREE);
    assertThat(probed().devices()).hasSize(3);
    assertThat(probed().warnings()).isEmpty();
  }

  @Test
  void aBrokenDriverIsAWarningOfEachThatWasAsked() throws Exception {
    play("fail nvmlInit_v2 18");
    smi("echo 'Failed to initialize NVML: Driver/library version mismatch'; exit 18");
    var found = probed();
    assertThat(found.devices()).isEmpty();
    assertThat(found.warnings())
        .extracting(ProbeWarning::source)
        .containsExactly("nvml", "nvidia-smi");
  }

  @Test
  void whenTheDriverBreaksKnownDevicesAreIll() throws Exception {
    var played = play(THREE);
    probed();
    played.script("fail nvmlDeviceGetCount_v2 999\nfail nvmlInit_v2 999");
    var found = probed();
    assertThat(found.devices()).hasSize(3).allMatch(device -> !device.health().isHealthy());
    assertThat(((DeviceHealth.Unhealthy) found.devices().getFirst().health()).cause())
        .isEqualTo(DeviceHealth.Cause.NO_ANSWER);
    assertThat(probe.sample()).isEmpty();
  }

  @Test
  void aDriverThatHangsKeepsNobodyWaiting() throws Exception {
    var played = play(THREE);
    limit = Duration.ofSeconds(2);
    assertThat(probed().devices()).allMatch(device -> device.health().isHealthy());
    played.script(THREE + "sleep nvmlDeviceGetCount_v2 20000");
    var found = probed();
    assertThat(found.devices()).hasSize(3).allMatch(device -> !device.health().isHealthy());
    assertThat(found.warnings().getFirst().cause()).contains("does not answer within 2000 ms");
  }

  @Test
  void declaredDevicesAreToldThoughThereAreNone() {
    var found = probed(settings().declared(2));
    assertThat(found.devices())
        .extracting(Accelerator::uuid)
        .containsExactly("declared-0", "declared-1");
    assertThat(found.devices())
        .allMatch(device ->
            device.model().vendor() == Vendor.DECLARED && device.health().isHealthy());
    assertThat(found.warnings()).isEmpty();
    assertThat(probe.sample()).isEmpty();
  }

  @Test
  void moreOrFewerMayBeDeclaredThanThereAre() throws Exception {
    play(THREE);
    assertThat(probed(settings().declared(4)).devices())
        .extracting(Accelerator::uuid)
        .containsExactly("GPU-1", "GPU-2", "GPU-3", "declared-3");
    probe.close();
    probe = null;
    var fewer = probed(settings().declared(2)).devices();
    assertThat(fewer).extracting(Accelerator::uuid).containsExactly("GPU-1", "GPU-2");
    assertThat(fewer.getFirst().location().neighbours()).hasSize(1);
  }

  @Test
  void noneDeclaredAsksNobody() throws Exception {
    var played = play(THREE);
    assertThat(probed(settings().declared(0))).isEqualTo(ProbeResult.empty());
    assertThat(played.log()).isEmpty();
  }

  @Test
  void bothVendorsAreTold() throws Exception {
    play(THREE);
    amd();
    assertThat(probed().devices())
        .extracting(device -> device.model().vendor())
        .containsExactly(Vendor.NVIDIA, Vendor.NVIDIA, Vendor.NVIDIA, Vendor.AMD);
  }

  @Test
  void variablesOfAmdHideItsDevices() throws IOException {
    amd();
    for (var variable : new String[] {"ROCR_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES"}) {
      environment.clear();
      environment.put(variable, "-1");
      try (var hidden = HostAcceleratorProbe.open(settings())) {
        assertThat(hidden.probe()).isEqualTo(ProbeResult.empty());
      }
    }
    environment.clear();
    environment.put("CUDA_VISIBLE_DEVICES", "");
    environment.put("HIP_VISIBLE_DEVICES", "0");
    assertThat(probed().devices()).hasSize(1);
  }

  @Test
  void letsGoOfTheDriverOnce() throws Exception {
    var played = play(THREE);
    probed();
    probe.close();
    probe.close();
    assertThat(played.log()).containsExactly("init", "free", "shutdown");
    assertThatIllegalStateException().isThrownBy(probe::probe).withMessageContaining("closed");
    assertThatIllegalStateException().isThrownBy(probe::sample);
  }
}
