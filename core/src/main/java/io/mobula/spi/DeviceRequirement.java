package io.mobula.spi;

import io.mobula.placement.Resources;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Requirement of a request for accelerators: a number of whole devices, a share of one, or an
 * amount of memory of one, optionally of some models. Immutable.
 *
 * @param count number of devices
 * @param share units of each device; 0 if {@code memory} is set
 * @param memory bytes of one device's memory, or 0
 * @param kinds words that the device's model must contain, all of them
 */
public record DeviceRequirement(int count, long share, long memory, List<String> kinds) {
  /** Requirement of no device. */
  public static final DeviceRequirement NONE = new DeviceRequirement(0, 0, 0, List.of());

  private static final long WHOLE = Resources.UNITS_PER_ONE;

  /** Copies the list argument. */
  public DeviceRequirement {
    kinds = List.copyOf(kinds);
  }

  /** Returns the part of the requested resources that concerns accelerators. */
  public static DeviceRequirement of(Resources wanted) {
    var kinds = new ArrayList<String>();
    for (var name : wanted.asUnits().keySet()) {
      if (name.startsWith(Resources.ACCELERATOR)) {
        kinds.add(name.substring(Resources.ACCELERATOR.length()));
      }
    }
    long units = wanted.units(Resources.GPU);
    long memory = wanted.units(Resources.GPU_MEMORY);
    if (memory > 0) {
      return new DeviceRequirement(1, 0, memory, kinds);
    }
    if (units == 0) {
      return kinds.isEmpty() ? NONE : new DeviceRequirement(1, WHOLE, 0, kinds);
    }
    return units < WHOLE
        ? new DeviceRequirement(1, units, 0, kinds)
        : new DeviceRequirement(Math.toIntExact(units / WHOLE), WHOLE, 0, kinds);
  }

  /** Returns whether the resource of that name is taken from devices. */
  public static boolean isDeviceResource(String name) {
    return name.equals(Resources.GPU)
        || name.equals(Resources.GPU_MEMORY)
        || name.startsWith(Resources.ACCELERATOR);
  }

  /** Returns whether no device is required. */
  public boolean isNone() {
    return count == 0;
  }

  /**
   * Returns how many units of a device the requirement takes.
   *
   * @return -1 if the device is of another model, or has not enough memory
   */
  public long unitsOf(String model, long memoryBytes) {
    for (var kind : kinds) {
      if (!isOfKind(model, kind)) {
        return -1;
      }
    }
    if (memory == 0) {
      return share;
    }
    return memory > memoryBytes ? -1 : unitsFor(memory, memoryBytes);
  }

  /** Returns the units of a device that correspond to an amount of its memory, rounded up. */
  private static long unitsFor(long wanted, long all) {
    long units = (long) ((double) wanted / all * WHOLE);
    while (units < WHOLE && (double) all * units < (double) wanted * WHOLE) {
      units++;
    }
    return Math.max(1, units);
  }

  /** Returns whether enough of such devices is free. */
  public boolean fits(List<DeviceView> devices) {
    int found = 0;
    for (int i = 0; i < devices.size() && found < count; i++) {
      var device = devices.get(i);
      long units = unitsOf(device.model(), device.memoryBytes());
      found += units >= 0 && units <= device.free() ? 1 : 0;
    }
    return found >= count;
  }

  /** Returns whether there would be enough if nothing were in use. */
  public boolean canEverFit(List<DeviceView> devices) {
    return fits(devices.stream().map(DeviceView::unused).toList());
  }

  /**
   * Returns whether a model is of a kind, that is, contains its words in sequence, in any case.
   * {@code H200} is a kind of {@code NVIDIA H200}, {@code A100} of {@code NVIDIA A100-SXM4-80GB},
   * {@code H20} of neither.
   */
  public static boolean isOfKind(String model, String kind) {
    return normalized(model).contains(normalized(kind));
  }

  /** Returns a text such as {@code " with 2 NVIDIA H200"}; empty if no model is known. */
  public static String describeModels(List<DeviceView> devices) {
    var counts = new TreeMap<String, Integer>();
    for (var device : devices) {
      if (!device.model().isEmpty()) {
        counts.merge(device.model(), 1, Integer::sum);
      }
    }
    return counts.isEmpty()
        ? ""
        : counts.entrySet().stream()
            .map(each -> each.getValue() + " " + each.getKey())
            .collect(Collectors.joining(" and ", " with ", ""));
  }

  /** Returns the words of a text in lower case, with one space around each. */
  private static String normalized(String text) {
    var words = new StringBuilder(text.length() + 2).append(' ');
    for (int i = 0; i < text.length(); i++) {
      char sign = Character.toLowerCase(text.charAt(i));
      if ((sign >= 'a' && sign <= 'z') || (sign >= '0' && sign <= '9') || sign == '.') {
        words.append(sign);
      } else if (words.charAt(words.length() - 1) != ' ') {
        words.append(' ');
      }
    }
    return words.charAt(words.length() - 1) == ' '
        ? words.toString()
        : words.append(' ').toString();
  }
}
