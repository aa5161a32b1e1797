package io.mobula.jmh;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * What a table was printed on.
 *
 * @param processor its name, as the system has it
 * @param cores how many the JVM may use
 * @param memoryBytes the memory the process may use
 * @param system the operating system
 * @param jdk the Java runtime
 * @param load how many threads wanted to run during the last minute, ours included; negative where
 *     it is unknown
 */
public record MachineDescription(
    String processor, int cores, long memoryBytes, String system, String jdk, double load) {

  /** The one that this runs on, as it is now. */
  public static MachineDescription here() {
    var bean = ManagementFactory.getOperatingSystemMXBean();
    long memory = bean instanceof com.sun.management.OperatingSystemMXBean extended
        ? extended.getTotalMemorySize()
        : Runtime.getRuntime().maxMemory();
    return new MachineDescription(
        processorName(),
        Runtime.getRuntime().availableProcessors(),
        memory,
        System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
            + System.getProperty("os.arch"),
        System.getProperty("java.vm.name") + " " + Runtime.version(),
        bean.getSystemLoadAverage());
  }

  private static String processorName() {
    try (var lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).trim())
          .findFirst()
          .orElse("processor of unknown name");
    } catch (IOException elsewhere) {
      return "processor of unknown name";
    }
  }

  /** One line for people. */
  public String describe() {
    return String.format(
        Locale.ROOT,
        "Machine: %d cores (%s), %.0f GiB, %s, %s; load average %.1f.",
        cores,
        processor,
        memoryBytes / 0x1p30,
        system,
        jdk,
        load);
  }
}
