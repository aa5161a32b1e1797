package io.mobula.gpu.source;

import io.mobula.gpu.DeviceHealth;
import io.mobula.gpu.DeviceLoad;
import io.mobula.gpu.DeviceModel;
import io.mobula.gpu.GpuProcess;
import io.mobula.gpu.Vendor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * Parsed output of {@code nvidia-smi}. A pure class.
 *
 * @param rows one row for each GPU
 * @param unparsedLines lines that are no rows
 */
record NvidiaSmiReport(List<Row> rows, List<String> unparsedLines) {
  /** Fields to query from drivers since 510. */
  static final String FIELDS =
      "index,uuid,name,memory.total,memory.used,pci.bus_id,ecc.errors.uncorrected.volatile.total,"
          + "temperature.gpu,utilization.gpu,utilization.memory,mig.mode.current,compute_cap";

  /** Fields that older drivers understand. A single unknown field would spoil the whole answer. */
  static final String OLD_FIELDS = FIELDS.substring(0, FIELDS.indexOf(",mig.mode"));

  private static final int FEWEST = OLD_FIELDS.split(",", -1).length;
  private static final int ALL = FIELDS.split(",", -1).length;
  private static final long MEBIBYTE = 1 << 20;
  private static final Pattern LISTED_GPU = Pattern.compile("GPU (\\d{1,6}): .*\\(UUID: (\\S+)\\)");
  private static final Pattern LISTED_INSTANCE =
      Pattern.compile("\\s+MIG (\\S+)\\s+Device\\s+\\d+: \\(UUID: (MIG-\\S+)\\)");

  /** Makes immutable copies of the lists. */
  NvidiaSmiReport {
    rows = List.copyOf(rows);
    unparsedLines = List.copyOf(unparsedLines);
  }

  /**
   * Row of the report about one GPU.
   *
   * @param isSplit whether MIG is on
   */
  record Row(
      int number,
      String uuid,
      DeviceModel model,
      String pciAddress,
      boolean isSplit,
      DeviceHealth health,
      DeviceLoad load) {}

  /**
   * MIG instance of a GPU.
   *
   * @param number the driver's number of the GPU
   * @param parent the UUID of the GPU
   * @param profile size of the instance, such as {@code 1g.10gb}
   */
  record Instance(int number, String parent, String uuid, String profile) {}

  /** Parses comma-separated lines of {@link #FIELDS} or {@link #OLD_FIELDS}. */
  static NvidiaSmiReport parse(String printed) {
    var rows = new ArrayList<Row>();
    var strange = new ArrayList<String>();
    printed
        .lines()
        .filter(line -> !line.isBlank())
        .forEach(line -> row(line).ifPresentOrElse(rows::add, () -> strange.add(line.strip())));
    return new NvidiaSmiReport(rows, strange);
  }

  private static Optional<Row> row(String line) {
    var fields = line.strip().split("\\s*,\\s*", -1);
    var number = number(fields[0]);
    if ((fields.length != FEWEST && fields.length != ALL)
        || number.isEmpty()
        || number.getAsLong() > Integer.MAX_VALUE
        || !fields[1].startsWith("GPU-")) {
      return Optional.empty();
    }
    var load = new DeviceLoad(
        parseInt(fields[8]), parseInt(fields[9]), bytes(fields[4]), parseInt(fields[7]));
    var model = new DeviceModel(
        Vendor.NVIDIA,
        fields[2],
        bytes(fields[3]).orElse(0),
        fields.length == ALL && fields[11].matches("\\d+\\.\\d+") ? fields[11] : "");
    return Optional.of(new Row(
        (int) number.getAsLong(),
        fields[1],
        model,
        PciAddress.of(fields[5]),
        fields.length == ALL && fields[10].equals("Enabled"),
        health(line, fields[6]),
        load));
  }

  /** Returns the health of a GPU. A line may contain an error of the GPU in place of a value. */
  private static DeviceHealth health(String line, String uncorrected) {
    var lower = line.toLowerCase(Locale.ROOT);
    if (lower.contains("gpu is lost")) {
      return DeviceHealth.unhealthy(DeviceHealth.Cause.GONE, "nvidia-smi says: GPU is lost");
    }
    if (lower.contains("requires reset") || lower.contains("reset required")) {
      return DeviceHealth.unhealthy(
          DeviceHealth.Cause.NEEDS_RESET, "nvidia-smi says: GPU requires reset");
    }
    long errors = number(uncorrected).orElse(0);
    return errors > 0
        ? DeviceHealth.unhealthy(
            DeviceHealth.Cause.MEMORY_ERROR,
            errors + " uncorrected memory errors since the driver was loaded")
        : DeviceHealth.healthy();
  }

  /**
   * Parses the instances in the output of {@code nvidia-smi -L}, which are indented below their
   * GPUs.
   */
  static List<Instance> instances(String printed) {
    var instances = new ArrayList<Instance>();
    int number = 0;
    var parent = "";
    for (var line : printed.lines().toList()) {
      var gpu = LISTED_GPU.matcher(line);
      var instance = LISTED_INSTANCE.matcher(line);
      if (gpu.matches()) {
        number = Integer.parseInt(gpu.group(1));
        parent = gpu.group(2);
      } else if (instance.matches() && !parent.isEmpty()) {
        instances.add(new Instance(number, parent, instance.group(2), instance.group(1)));
      }
    }
    return instances;
  }

  /** Parses the output of {@code --query-compute-apps=gpu_uuid,pid,used_memory}, by GPU. */
  static Map<String, List<GpuProcess>> processes(String printed) {
    var processes = new HashMap<String, List<GpuProcess>>();
    for (var line : printed.lines().toList()) {
      var fields = line.strip().split("\\s*,\\s*", -1);
      var pid = fields.length == 3 ? number(fields[1]) : OptionalLong.empty();
      if (pid.isPresent()) {
        processes
            .computeIfAbsent(fields[0], _ -> new ArrayList<>())
            .add(new GpuProcess(pid.getAsLong(), bytes(fields[2])));
      }
    }
    return processes;
  }

  private static OptionalLong bytes(String mebibytes) {
    var number = number(mebibytes);
    return number.isPresent()
        ? OptionalLong.of(number.getAsLong() * MEBIBYTE)
        : OptionalLong.empty();
  }

  private static OptionalInt parseInt(String field) {
    var number = number(field);
    return number.isPresent() && number.getAsLong() <= Integer.MAX_VALUE
        ? OptionalInt.of((int) number.getAsLong())
        : OptionalInt.empty();
  }

  /**
   * Parses a number of at most 12 digits, which does not overflow when it is multiplied by a
   * million.
   */
  private static OptionalLong number(String field) {
    return field.matches("\\d{1,12}")
        ? OptionalLong.of(Long.parseLong(field))
        : OptionalLong.empty();
  }
}
