package io.mobula.gpu.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.ActorHandle;
import io.mobula.Gpu;
import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.Settings;
import io.mobula.error.UnschedulableException;
import io.mobula.gpu.nvml.FakeNvmlLibrary;
import io.mobula.gpu.probe.ProbeSettings;
import io.mobula.info.GpuInfo;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node with accelerators that a fake driver reports. */
class NodeGpusTest {
  private static final String THREE = """
      gpu GPU-a
        name NVIDIA H200
        bytes 150000000000 1
        capability 9 0
        ecc 0
      gpu GPU-b
        name NVIDIA H200
        bytes 150000000000 1
        capability 9 0
        ecc 0
      gpu GPU-c
        name NVIDIA L4
        bytes 24000000000 1
        capability 8 9
        ecc 0
      link GPU-a GPU-b
      """;

  @TempDir
  private Path folder;

  private FakeNvmlLibrary played;

  private Settings settings() throws Exception {
    played = FakeNvmlLibrary.in(folder).script(THREE);
    System.setProperty(ProbeSettings.NVML_PROPERTY, played.path());
    return Mobula.settings()
        .cpus(4)
        .storeCapacity(1 << 20)
        .set("mobula.gpus.probe-interval", "20ms");
  }

  @AfterEach
  void forget() {
    System.clearProperty(ProbeSettings.NVML_PROPERTY);
  }

  /** Actor that reports its devices. */
  public static final class Holder {
    /** Returns the devices of its lease in their present state. */
    public List<Gpu> gpus() {
      return Mobula.gpus();
    }

    /** Returns the list of visible devices for a child process. */
    public String visible() {
      return Mobula.cudaVisibleDevices();
    }
  }

  private static List<Gpu> gpusOf(ActorHandle<Holder> holder) {
    return holder.call(Holder::gpus).remote().get(Duration.ofSeconds(10));
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(end);
      LockSupport.parkNanos(1_000_000);
    }
  }

  private static GpuInfo device(MobulaRuntime runtime, int index) {
    return runtime.nodes().getFirst().gpus().get(index);
  }

  @Test
  void tasksAndActorsLearnTheirDevices() throws Exception {
    try (var runtime = Mobula.init(settings())) {
      assertThat(runtime.totalResources().amount("GPU")).isEqualTo(3);
      var half =
          runtime.actor(Holder::new).cpus(0).gpus(0.5).accelerator("H200").remote();
      assertThat(gpusOf(half)).singleElement().satisfies(gpu -> {
        assertThat(gpu.uuid()).isEqualTo("GPU-a");
        assertThat(gpu.share()).isEqualTo(0.5);
      });
      var small =
          runtime.actor(Holder::new).cpus(0).gpuMemory("6GB").accelerator("L4").remote();
      assertThat(gpusOf(small).getFirst().share()).isEqualTo(0.25);
      assertThat(gpusOf(small).getFirst().uuid()).isEqualTo("GPU-c");
      assertThat(half.call(Holder::visible).remote().get()).isEqualTo("GPU-a");
      assertThat(runtime
              .task(Mobula::cudaVisibleDevices)
              .gpus(1)
              .accelerator("H200")
              .remote()
              .get())
          .isEqualTo("GPU-b");
      assertThat(runtime.task(Mobula::gpus).remote().get()).isEmpty();
      assertThat(device(runtime, 0).used()).isEqualTo(0.5);
      assertThat(device(runtime, 0).model()).isEqualTo("NVIDIA H200");
    }
  }

  @Test
  void anUnknownKindIsRefusedNamingWhatThereIs() throws Exception {
    try (var runtime = Mobula.init(settings())) {
      assertThatThrownBy(() -> runtime.task(() -> 1).accelerator("B300").remote())
          .isInstanceOf(UnschedulableException.class)
          .hasMessageContaining("accelerator:B300")
          .hasMessageContaining("2 NVIDIA H200 and 1 NVIDIA L4");
      assertThatThrownBy(() -> runtime.task(() -> 1).gpuMemory("300GB").remote())
          .isInstanceOf(UnschedulableException.class);
      assertThatThrownBy(() -> runtime.task(() -> 1).gpus(4).remote())
          .isInstanceOf(UnschedulableException.class);
    }
  }

  @Test
  void aDeviceThatFallsIllIsGrantedToNobodyUntilItIsHealthyAndItsHolderIsTold() throws Exception {
    try (var runtime = Mobula.init(settings())) {
      var holder = runtime.actor(Holder::new).cpus(0).gpus(0.5).remote();
      assertThat(gpusOf(holder).getFirst().uuid()).isEqualTo("GPU-a");
      played.script(THREE.replaceFirst("ecc 0", "ecc 7"));
      await(() -> device(runtime, 0).unhealthyReason().isPresent());
      assertThat(runtime.totalResources().amount("GPU")).isEqualTo(2);
      assertThat(gpusOf(holder).getFirst().unhealthyReason()).isPresent();
      assertThat(runtime.task(Mobula::cudaVisibleDevices).gpus(0.5).remote().get())
          .isEqualTo("GPU-b");
      var two =
          runtime.task(Mobula::cudaVisibleDevices).gpus(1).accelerator("H200").remote();
      assertThat(two.get()).isEqualTo("GPU-b");
      var three = runtime.task(Mobula::cudaVisibleDevices).gpus(3).remote();
      var done = Mobula.wait(List.of(three), 1, Duration.ofMillis(100));
      assertThat(done.ready()).isEmpty();
      holder.kill();
      played.script(THREE);
      assertThat(three.get(Duration.ofSeconds(20))).isEqualTo("GPU-a,GPU-b,GPU-c");
    }
  }

  @Test
  void aWordOfTheUserCountsMoreThanTheDriver() throws Exception {
    try (var runtime = Mobula.init(settings().gpus(5))) {
      assertThat(runtime.nodes().getFirst().gpus().stream().map(GpuInfo::uuid))
          .containsExactly("GPU-a", "GPU-b", "GPU-c", "declared-3", "declared-4");
      assertThat(runtime.task(Mobula::cudaVisibleDevices).gpus(5).remote().get())
          .isEqualTo("GPU-a,GPU-b,GPU-c,3,4");
    }
    try (var runtime = Mobula.init(settings().gpus(0))) {
      assertThat(runtime.totalResources().asUnits()).doesNotContainKey("GPU");
    }
  }

  @Test
  void placementMayAskForTheModelByLabel() throws Exception {
    var alike = THREE.substring(0, THREE.indexOf("gpu GPU-c")) + "link GPU-a GPU-b\n";
    var settings = settings();
    played.script(alike);
    try (var runtime = Mobula.init(settings)) {
      assertThat(runtime.nodes().getFirst().labels())
          .containsAllEntriesOf(
              Map.of("gpu.model", "NVIDIA-H200", "gpu.memory", "139GiB", "gpu.compute", "9.0"));
    }
  }
}
