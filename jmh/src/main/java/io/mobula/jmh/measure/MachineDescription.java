package io.mobula.jmh.measure;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Description of the machine on which a table was measured.
 *
 * @param processor name reported by the system
 * @param cores number of cores that the JVM may use
 * @param memoryBytes memory that the process may use
 * @param system operating system
 * @param jdk Java runtime
 * @param load load average of the last minute, this process included; negative where it is unknown
 */
public record MachineDescription(
    String processor, int cores, long memoryBytes, String system, String jdk, double load) {

  /** Returns the description of this machine in its current state. */
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

  /** Returns the description as one line for people. */
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
