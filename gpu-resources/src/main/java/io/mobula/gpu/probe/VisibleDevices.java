package io.mobula.gpu.probe;

import io.mobula.gpu.MigInstance;
import io.mobula.gpu.source.DetectedDevice;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * List of visible devices in the syntax of {@code CUDA_VISIBLE_DEVICES}, which AMD's variables
 * share. A pure class.
 *
 * <p>An entry is one of: the driver's number of a GPU (CUDA's number with
 * {@code CUDA_DEVICE_ORDER=PCI_BUS_ID}, which matters if GPUs differ); a UUID, or an unambiguous
 * prefix of it; for an instance of a GPU, also {@code MIG-GPU-…/1/0} with the numbers of its parts.
 * The order of the list is kept. As with CUDA, the list ends before an entry that names no device
 * and before an entry of another kind than the first. A device named twice hides all devices, and
 * so does an empty list.
 *
 * <p>A GPU that is split stands for all its instances. A CUDA program would get only the first of
 * them, since it can use no more than one, but a node runs several programs.
 */
final class VisibleDevices {
  private static final Pattern COMMA = Pattern.compile(",");
  private static final Pattern NUMBER = Pattern.compile("\\+?0*(\\d+)(\\D.*)?");
  private static final Pattern PART = Pattern.compile("MIG-(GPU-[^/]+)/(\\d{1,9})/(\\d{1,9})");
  private static final int MAX_NUMBER = 9;
  private static final VisibleDevices ALL = new VisibleDevices("", null);

  private final String variable;
  private final @Nullable List<String> entries;

  private VisibleDevices(String variable, @Nullable List<String> entries) {
    this.variable = variable;
    this.entries = entries;
  }

  /**
   * Selected devices, and what is wrong with the list.
   *
   * @param devices selected devices in the order of the list
   * @param problem problem of the list, if any; a negative entry is a legal way to end it
   */
  record Selection(List<DetectedDevice> devices, Optional<String> problem) {}

  /** Returns a list that hides no devices. */
  static VisibleDevices all() {
    return ALL;
  }

  /** Parses the value of a variable. A variable that is not set hides no devices. */
  static VisibleDevices of(String variable, @Nullable String value) {
    return value == null
        ? ALL
        : new VisibleDevices(
            variable,
            value.isBlank()
                ? List.of()
                : COMMA.splitAsStream(value).map(String::strip).toList());
  }

  /** Selects the visible devices of a host. */
  Selection choose(List<DetectedDevice> devices) {
    if (entries == null) {
      return new Selection(devices, Optional.empty());
    }
    var chosen = new ArrayList<DetectedDevice>();
    var seen = new HashSet<String>();
    for (var entry : entries) {
      var named = kind(entry).equals(kind(entries.getFirst()))
          ? named(entry, devices)
          : List.<DetectedDevice>of();
      if (named.isEmpty()) {
        return new Selection(chosen, describeProblem(entry));
      }
      for (var device : named) {
        if (!seen.add(device.uuid())) {
          return new Selection(
              List.of(),
              Optional.of(variable + "=" + String.join(",", entries) + " names " + device.uuid()
                  + " twice, which hides all devices, as it does for CUDA."));
        }
      }
      chosen.addAll(named);
    }
    return new Selection(chosen, Optional.empty());
  }

  /** Renumbers devices as the next list counts them, if one list hides devices before another. */
  static List<DetectedDevice> renumbered(List<DetectedDevice> devices) {
    var gpus = devices.stream().map(VisibleDevices::gpuOf).distinct().toList();
    return devices.stream()
        .map(device -> new DetectedDevice(gpus.indexOf(gpuOf(device)), device.device()))
        .toList();
  }

  private Optional<String> describeProblem(String entry) {
    return entry.startsWith("-")
        ? Optional.empty()
        : Optional.of(variable + "=" + String.join(",", entries == null ? List.of() : entries)
            + ": \"" + entry + "\" names no device here, or no single one, so the list ends before"
            + " it, as it does for CUDA.");
  }

  private enum Kind {
    NUMBER,
    GPU,
    INSTANCE,
    OTHER
  }

  private static Kind kind(String entry) {
    if (NUMBER.matcher(entry).matches()) {
      return Kind.NUMBER;
    }
    if (startsWith(entry, "MIG-")) {
      return Kind.INSTANCE;
    }
    return startsWith(entry, "GPU-") || startsWith(entry, "AMD-") ? Kind.GPU : Kind.OTHER;
  }

  private static List<DetectedDevice> named(String entry, List<DetectedDevice> devices) {
    return switch (kind(entry)) {
      case NUMBER -> {
        var digits = NUMBER.matcher(entry);
        yield digits.matches() && digits.group(1).length() <= MAX_NUMBER
            ? numbered(Integer.parseInt(digits.group(1)), devices)
            : List.of();
      }
      case GPU -> gpu(entry, devices);
      case INSTANCE -> instance(entry, devices);
      case OTHER -> List.of();
    };
  }

  private static List<DetectedDevice> numbered(int number, List<DetectedDevice> devices) {
    return devices.stream().filter(device -> device.number() == number).toList();
  }

  private static List<DetectedDevice> gpu(String prefix, List<DetectedDevice> devices) {
    var whole =
        devices.stream().filter(device -> startsWith(gpuOf(device), prefix)).toList();
    return whole.stream().map(VisibleDevices::gpuOf).distinct().count() == 1 ? whole : List.of();
  }

  /** Returns the UUID of a device's GPU; for an instance, that of its parent. */
  private static String gpuOf(DetectedDevice device) {
    return device.device().location().mig().map(MigInstance::parent).orElse(device.uuid());
  }

  private static List<DetectedDevice> instance(String entry, List<DetectedDevice> devices) {
    var part = PART.matcher(entry);
    var named = devices.stream()
        .filter(device -> device.device().location().mig().isPresent())
        .filter(device -> startsWith(device.uuid(), entry)
            || (part.matches()
                && isPart(
                    device.device().location().mig().get(),
                    part.group(1),
                    Integer.parseInt(part.group(2)),
                    Integer.parseInt(part.group(3)))))
        .toList();
    return named.size() == 1 ? named : List.of();
  }

  private static boolean isPart(MigInstance mig, String parent, int gpu, int compute) {
    return mig.parent().equalsIgnoreCase(parent)
        && mig.gpuInstance() == gpu
        && mig.computeInstance() == compute;
  }

  private static boolean startsWith(String text, String prefix) {
    return text.regionMatches(true, 0, prefix, 0, prefix.length());
  }
}
