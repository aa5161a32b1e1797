package io.mobula.gpu.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.gpu.DeviceUsage;
import io.mobula.gpu.GpuProcess;
import io.mobula.gpu.MigInstance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NvidiaSmiSourceTest {
  private static final String LINE =
      "0, GPU-1, NVIDIA A100, 40960, 1024, 00000000:19:00.0, 0, 41, 37, 12, Disabled, 8.0";

  @TempDir
  private Path folder;

  private NvidiaSmiSource smi(String body) throws IOException {
    var file = folder.resolve("nvidia-smi");
    Files.deleteIfExists(file);
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Files.writeString(file, "#!/bin/sh\n" + body + "\n");
    return NvidiaSmiSource.find(
        "nvidia-smi",
        "/nowhere:" + folder,
        new HostFiles(folder.resolve("root")),
        Duration.ofSeconds(10));
  }

  private static SourceResult.Answered answered(NvidiaSmiSource source) {
    var result = source.read();
    assertThat(result).isInstanceOf(SourceResult.Answered.class);
    return (SourceResult.Answered) result;
  }

  private static String cause(NvidiaSmiSource source) {
    var result = source.read();
    assertThat(result).isInstanceOf(SourceResult.Broken.class);
    return ((SourceResult.Broken) result).warning().cause();
  }

  @Test
  void isAbsentWhereThereIsNoSuchProgram() {
    var source = NvidiaSmiSource.find(
        "nvidia-smi", folder.toString(), new HostFiles(folder), Duration.ofSeconds(1));
    assertThat(source.read()).isEqualTo(SourceResult.absent());
    assertThat(source.sample()).isEmpty();
    var named =
        NvidiaSmiSource.find(folder + "/none", "", new HostFiles(folder), Duration.ofSeconds(1));
    assertThat(named.read()).isEqualTo(SourceResult.absent());
  }

  @Test
  void tellsWhatItPrints() throws IOException {
    var device = Files.createDirectories(folder.resolve("root/sys/bus/pci/devices/0000:19:00.0"));
    Files.writeString(device.resolve("numa_node"), "1");
    var reading = answered(smi("echo '" + LINE + "'; echo 'something else'"));
    assertThat(reading.devices()).extracting(DetectedDevice::uuid).containsExactly("GPU-1");
    assertThat(reading.devices().getFirst().device().location().numaNode())
        .isEqualTo(OptionalInt.of(1));
    assertThat(reading.warnings().getFirst().cause())
        .isEqualTo("Printed what is no GPU: something else");
  }

  @Test
  void asksOldDriversForLess() throws IOException {
    var source = smi("""
        case "$1" in
          *compute_cap*) echo 'Field "compute_cap" is not a valid field to query.'; exit 2 ;;
          *) echo '%s' ;;
        esac
        """.formatted(LINE.replace(", Disabled, 8.0", "")));
    assertThat(answered(source).devices())
        .extracting(DetectedDevice::uuid)
        .containsExactly("GPU-1");
  }

  @Test
  void instancesStandInPlaceOfAGpuThatIsSplit() throws IOException {
    var split = LINE.replace("Disabled", "Enabled");
    var source = smi("""
        case "$1" in
          -L) echo 'GPU 0: NVIDIA A100 (UUID: GPU-1)'; echo '  MIG 3g.20gb     Device  0: (UUID: MIG-a)' ;;
          *) echo '%s'; echo '%s' ;;
        esac
        """.formatted(split, split.replace("0, GPU-1", "1, GPU-2")));
    var reading = answered(source);
    assertThat(reading.devices()).extracting(DetectedDevice::uuid).containsExactly("MIG-a");
    var instance = reading.devices().getFirst().device();
    assertThat(instance.model().name()).isEqualTo("NVIDIA A100 MIG 3g.20gb");
    assertThat(instance.location().mig()).contains(new MigInstance("GPU-1", -1, -1));
    assertThat(reading.warnings().getFirst().cause()).contains("GPU-2 is split by MIG");
  }

  @Test
  void samplesWithProcesses() throws IOException {
    var source = smi("""
        case "$1" in
          --query-compute-apps*) echo 'GPU-1, 42, 100' ;;
          *) echo '%s' ;;
        esac
        """.formatted(LINE));
    var sample = source.sample();
    assertThat(sample).extracting(DeviceUsage::uuid).containsExactly("GPU-1");
    assertThat(sample.getFirst().processes())
        .isEqualTo(List.of(new GpuProcess(42, OptionalLong.of(100L << 20))));
  }

  @Test
  void aFailureIsAWarningWithItsCause() throws IOException {
    var source = smi("echo; echo 'NVIDIA-SMI has failed because there is no driver'; exit 9");
    assertThat(cause(source))
        .contains("it ended with 9: NVIDIA-SMI has failed because there is no driver");
    assertThat(source.sample()).isEmpty();
  }

  @Test
  void aProgramThatCannotRunIsAWarning() throws IOException {
    var source = smi("");
    Files.writeString(folder.resolve("nvidia-smi"), "#!/no/such/interpreter\n");
    assertThat(cause(source)).contains("cannot be asked");
    assertThat(source.sample()).isEmpty();
  }

  @Test
  void aProgramThatHangsIsEnded() throws IOException {
    smi("exec sleep 60");
    var source = NvidiaSmiSource.find(
        folder + "/nvidia-smi", "", new HostFiles(folder), Duration.ofMillis(200));
    assertThat(cause(source)).contains("it did not end in time");
  }

  @Test
  void anEndlessAnswerIsCut() throws IOException {
    assertThat(smi("exec yes").read()).isInstanceOf(SourceResult.Broken.class);
  }
}
