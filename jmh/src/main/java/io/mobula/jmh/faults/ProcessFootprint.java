package io.mobula.jmh.faults;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * Footprint of a process after a full garbage collection.
 *
 * @param heapBytes size of reachable objects
 * @param instances number of instances of each of Mobula's classes
 * @param threads number of threads of the JVM
 * @param files number of open files and sockets of each kind; the digits of a file's path are left
 *     out of its kind
 * @param segments number of mapped files in shared memory
 */
record ProcessFootprint(
    long heapBytes,
    Map<String, Long> instances,
    long threads,
    Map<String, Long> files,
    long segments) {
  private static final Pattern ROW =
      Pattern.compile("\\s*\\d+:\\s+(\\d+)\\s+\\d+\\s+(io\\.mobula\\.\\S+).*");
  private static final Pattern TOTAL = Pattern.compile("Total\\s+\\d+\\s+(\\d+)\\s*");

  ProcessFootprint {
    instances = Map.copyOf(instances);
    files = Map.copyOf(files);
  }

  /** Measures the calling process; the garbage collection stops it for some 100 ms. */
  static ProcessFootprint here() throws IOException {
    var instances = new TreeMap<String, Long>();
    long heap = 0;
    for (var line : histogram().lines().toList()) {
      var row = ROW.matcher(line);
      var total = TOTAL.matcher(line);
      if (row.matches() && !row.group(2).startsWith("io.mobula.jmh.")) {
        instances.merge(nameOf(row.group(2)), Long.parseLong(row.group(1)), Long::sum);
      } else if (total.matches()) {
        heap = Long.parseLong(total.group(1));
      }
    }
    return new ProcessFootprint(
        heap,
        instances,
        ManagementFactory.getThreadMXBean().getThreadCount(),
        filesOpen(),
        segmentsMapped());
  }

  /**
   * Returns the name under which a class is counted: classes that the JVM makes for lambdas count
   * as their declaring class.
   */
  private static String nameOf(String name) {
    int lambda = name.indexOf("$$Lambda");
    return lambda < 0 ? name : name.substring(0, lambda) + "$$Lambda";
  }

  private static String histogram() {
    try {
      var name = new ObjectName("com.sun.management:type=DiagnosticCommand");
      return (String) ManagementFactory.getPlatformMBeanServer()
          .invoke(name, "gcClassHistogram", new Object[] {new String[0]}, new String[] {
            String[].class.getName()
          });
    } catch (JMException e) {
      throw new IllegalStateException("The JVM gives no histogram of its heap", e);
    }
  }

  private static Map<String, Long> filesOpen() throws IOException {
    var open = new TreeMap<String, Long>();
    var descriptors = Path.of("/proc/self/fd");
    if (!Files.exists(descriptors)) {
      return open;
    }
    try (var links = Files.newDirectoryStream(descriptors)) {
      for (var link : links) {
        try {
          var kind =
              Files.readSymbolicLink(link).toString().replaceAll("[0-9a-f]*[0-9][0-9a-f]*", "#");
          open.merge(kind, 1L, Long::sum);
        } catch (NoSuchFileException closed) { // between the listing and the look at it
          open.merge("closed meanwhile", 0L, Long::sum);
        }
      }
    }
    return open;
  }

  private static long segmentsMapped() throws IOException {
    var maps = Path.of("/proc/self/maps");
    if (!Files.exists(maps)) {
      return 0;
    }
    try (var lines = Files.lines(maps)) {
      return lines.filter(line -> line.contains(" /dev/shm/")).count();
    }
  }

  /** Returns the number of open files and sockets. */
  long descriptors() {
    return files.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Returns the number of Mobula's objects, among which are the entries of its tables. */
  long objects() {
    return instances.values().stream().mapToLong(Long::longValue).sum();
  }
}
