package io.mobula.internal.node;

import com.typesafe.config.Config;
import io.mobula.internal.codec.CapturedThrowable;
import io.mobula.internal.ledger.DeviceShare;
import io.mobula.placement.Resources;
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
 * Accelerators of a node: those that its probe finds, or as many as the settings declare.
 *
 * @param shares the shares of devices that the node offers
 * @param declared the declared number; empty if the probe's devices count
 * @param interval how often they are probed while the node runs
 */
public record GpuConfig(List<DeviceShare> shares, OptionalInt declared, Duration interval) {
  private static final Logger LOG = LoggerFactory.getLogger(GpuConfig.class);
  private static final String COUNT = "mobula.resources.gpus";
  private static final long GIB = 1L << 30;

  /** Copies the list of shares. */
  public GpuConfig {
    shares = List.copyOf(shares);
  }

  /**
   * Reads the settings and probes the accelerators, which may take as long as a driver needs to
   * wake up.
   *
   * @param offers false for a process that offers none in any case
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

  /** Returns as many devices of unknown model as the settings declare. */
  private static List<Device> declaredDevices(OptionalInt declared) {
    var visible = System.getenv().getOrDefault("CUDA_VISIBLE_DEVICES", "").split(",");
    return IntStream.range(0, declared.orElse(0))
        .mapToObj(at -> Device.declared(numbered(visible, at)))
        .toList();
  }

  /**
   * Returns the devices that the probe finds; a probe that fails counts as having found what the
   * settings declare.
   */
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
    } catch (Throwable broken) { // the probe is foreign code
      LOG.warn(
          "Accelerators cannot be looked at, so that {} offered: {}",
          declared.isPresent() ? "those that the settings name are" : "none is",
          CapturedThrowable.textOf(broken));
      return declaredDevices(declared);
    }
  }

  /**
   * Returns the number under which the starter of this process has made a device visible, or its
   * index.
   */
  private static int numbered(String[] visible, int at) {
    return at < visible.length && visible[at].strip().matches("\\d{1,4}")
        ? Integer.parseInt(visible[at].strip())
        : at;
  }

  /** Returns the units of all shares. */
  long units() {
    return shares.stream().mapToLong(DeviceShare::units).sum();
  }

  /** Returns the same configuration with the remaining shares. */
  GpuConfig leaving(List<DeviceShare> rest) {
    return new GpuConfig(rest, declared, interval);
  }

  /** Starts a monitor of the accelerators; null if no driver can report their health. */
  @Nullable
  DeviceHealthMonitor watch(Consumer<List<Device>> changed) {
    var factory = ServiceLoader.load(DeviceProbeFactory.class).findFirst();
    if (!isWatched() || factory.isEmpty()) {
      return null;
    }
    try {
      return DeviceHealthMonitor.start(factory.get().open(declared), shares, interval, changed);
    } catch (RuntimeException | Error broken) { // the probe is foreign code
      LOG.warn("Accelerators are not watched: {}", CapturedThrowable.textOf(broken));
      return null;
    }
  }

  /** Returns whether a driver can report the health of the devices. */
  boolean isWatched() {
    return shares.stream().anyMatch(share -> !share.device().model().isEmpty());
  }

  /**
   * Returns labels for placement: the model, memory and architecture of the devices where all are
   * alike.
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
