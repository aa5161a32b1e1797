package io.mobula.internal.node;

import com.typesafe.config.Config;
import io.mobula.Resources;
import io.mobula.internal.codec.CapturedThrowable;
import io.mobula.internal.ledger.DeviceShare;
import io.mobula.internal.node.NodeSettings.SettingReader;
import io.mobula.spi.Device;
import io.mobula.spi.DeviceProbeFactory;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The accelerators of a node: those that its probe finds, or as many as the user says.
 *
 * @param shares what of each the node hands out
 * @param declared how many there are by the user's word; empty for those that are found
 * @param interval how often they are looked at while the node runs
 */
public record GpuConfig(List<DeviceShare> shares, OptionalInt declared, Duration interval) {
  private static final Logger LOG = LoggerFactory.getLogger(GpuConfig.class);
  private static final String COUNT = "mobula.resources.gpus";
  private static final long GIB = 1L << 30;

  /** Copies the list. */
  public GpuConfig {
    shares = List.copyOf(shares);
  }

  /**
   * Looks at them, which may take as long as a driver takes to wake up.
   *
   * @param offers false for a process that has none, whatever there is
   */
  static GpuConfig read(SettingReader reader, Config config, boolean offers) {
    double said = reader.automatic(COUNT, config::getDouble, -1.0);
    long units = said == -1
        ? -1
        : reader.checked(COUNT, () -> Resources.none().gpus(said)).units(Resources.GPU);
    var interval = reader.duration("mobula.gpus.probe-interval");
    long whole = Resources.UNITS_PER_ONE;
    var declared = units < 0
        ? OptionalInt.empty()
        : OptionalInt.of(Math.toIntExact((units + whole - 1) / whole));
    if (!offers || units == 0) {
      return new GpuConfig(List.of(), OptionalInt.of(0), interval);
    }
    var devices = found(declared);
    return new GpuConfig(
        DeviceShare.of(devices, units < 0 ? devices.size() * whole : units), declared, interval);
  }

  private static List<Device> found(OptionalInt declared) {
    var factory = ServiceLoader.load(DeviceProbeFactory.class).findFirst();
    return factory.isEmpty() ? declaredDevices(declared) : probedDevices(factory.get(), declared);
  }

  /** As many as the user says, if he does. */
  private static List<Device> declaredDevices(OptionalInt declared) {
    var visible = System.getenv().getOrDefault("CUDA_VISIBLE_DEVICES", "").split(",");
    return IntStream.range(0, declared.orElse(0))
        .mapToObj(at -> Device.declared(numbered(visible, at)))
        .toList();
  }

  /** What the probe finds; one that fails has found nothing. */
  static List<Device> probedDevices(DeviceProbeFactory factory, OptionalInt declared) {
    try {
      var probe = Objects.requireNonNull(factory.open(declared), "no probe");
      try {
        var detectedDevices =
            Objects.requireNonNull(probe.probe(), "nothing, not even an empty list");
        detectedDevices.warnings().forEach(warning -> LOG.warn("Accelerators: {}", warning));
        return detectedDevices.devices();
      } finally {
        DeviceHealthMonitor.close(probe);
      }
    } catch (Throwable broken) { // it is another's
      LOG.warn(
          "Accelerators cannot be looked at, so that {} offered: {}",
          declared.isPresent() ? "those that the settings name are" : "none is",
          CapturedThrowable.textOf(broken));
      return declaredDevices(declared);
    }
  }

  /** The number by which whoever started this process has shown it a device, or its place. */
  private static int numbered(String[] visible, int at) {
    return at < visible.length && visible[at].strip().matches("\\d{1,4}")
        ? Integer.parseInt(visible[at].strip())
        : at;
  }

  /** How much of them there is. */
  long units() {
    return shares.stream().mapToLong(DeviceShare::units).sum();
  }

  /** The same with what is left of them. */
  GpuConfig leaving(List<DeviceShare> rest) {
    return new GpuConfig(rest, declared, interval);
  }

  /** Watches them, where a driver can say how they are; null where none can. */
  @Nullable
  DeviceHealthMonitor watch(Consumer<List<Device>> changed) {
    var factory = ServiceLoader.load(DeviceProbeFactory.class).findFirst();
    if (!isWatched() || factory.isEmpty()) {
      return null;
    }
    try {
      return DeviceHealthMonitor.start(factory.get().open(declared), shares, interval, changed);
    } catch (RuntimeException | Error broken) { // it is another's
      LOG.warn("Accelerators are not watched: {}", CapturedThrowable.textOf(broken));
      return null;
    }
  }

  /** Whether a driver can say how they are. */
  boolean isWatched() {
    return shares.stream().anyMatch(share -> !share.device().model().isEmpty());
  }

  /**
   * What placement may ask for: the model, memory and architecture of the devices, where they are
   * all alike.
   */
  Map<String, String> labels() {
    Map<String, String> labels = new TreeMap<>();
    if (isWatched()) {
      label(
          labels, "gpu.model", device -> device.model().strip().replaceAll("[^A-Za-z0-9._]+", "-"));
      label(labels, "gpu.memory", device -> device.memoryBytes() / GIB + "GiB");
      label(labels, "gpu.compute", Device::architecture);
    }
    return labels;
  }

  private void label(Map<String, String> labels, String name, Function<Device, String> of) {
    Set<String> all = new HashSet<>();
    shares.forEach(share -> all.add(of.apply(share.device())));
    if (all.size() == 1 && !all.contains("")) {
      labels.put(name, all.iterator().next());
    }
  }
}
