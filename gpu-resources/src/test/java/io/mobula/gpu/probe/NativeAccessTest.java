package io.mobula.gpu.probe;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A JVM that was not started for native code is asked for none, so that the JDK prints no warning.
 */
class NativeAccessTest {
  @TempDir
  private Path folder;

  /** Main class that probes the host in a JVM of its own. */
  static final class Child {
    public static void main(String[] arguments) {
      var drivers = new ProbeSettings.Drivers(arguments[0], "off", Path.of(arguments[1]));
      var settings =
          new ProbeSettings(Map.of(), drivers, OptionalInt.empty(), Duration.ofSeconds(20));
      try (var probe = HostAcceleratorProbe.open(settings)) {
        System.out.println(probe.probe());
      }
    }
  }

  private String run(String library) throws IOException, InterruptedException {
    var child = new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            Child.class.getName(),
            library,
            folder.toString())
        .redirectErrorStream(true)
        .start();
    var said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return said.strip();
  }

  @Test
  void aHostWithoutNvidiaIsProbedInSilence() throws Exception {
    assertThat(run("libnvidia-ml.so.1")).isEqualTo("ProbeResult[devices=[], warnings=[]]");
  }

  @Test
  void aHostWithNvidiaIsToldWhatIsMissing() throws Exception {
    Files.createDirectories(folder.resolve("dev"));
    Files.createFile(folder.resolve("dev/nvidiactl"));
    assertThat(run("libnvidia-ml.so.1"))
        .startsWith(
            "ProbeResult[devices=[], warnings=[ProbeWarning[source=nvml, cause=NVML was not asked")
        .contains("--enable-native-access=ALL-UNNAMED");
  }
}
