package io.mobula.gpu.probe;

import io.mobula.gpu.Accelerator;
import io.mobula.gpu.AcceleratorProbe;
import io.mobula.gpu.DeviceHealth;
import io.mobula.gpu.DeviceLocation;
import io.mobula.gpu.DeviceModel;
import io.mobula.gpu.DeviceUsage;
import io.mobula.gpu.ProbeResult;
import io.mobula.gpu.ProbeWarning;
import io.mobula.gpu.Vendor;
import io.mobula.gpu.nvml.NvmlSource;
import io.mobula.gpu.source.AmdSysfsSource;
import io.mobula.gpu.source.DeviceSource;
import io.mobula.gpu.source.HostFiles;
import io.mobula.gpu.source.NvidiaSmiSource;
import io.mobula.gpu.source.TimeLimitedSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Probe of this host's accelerators: those of NVIDIA by NVML, or by {@code nvidia-smi} if NVML
 * cannot be used; those of AMD by files of the kernel; and those that a user declares beyond them.
 * Opening it queries nothing yet.
 */
public final class HostAcceleratorProbe implements AcceleratorProbe {
  /**
   * Factor by which a driver's program may take longer than its library: it is run up to three
   * times.
   */
  private static final int RUNS = 4;

  private final ProbeSettings settings;
  private final List<VendorProbe> vendorProbes;
  private List<String> listed = List.of();
  private boolean closed;

  private HostAcceleratorProbe(ProbeSettings settings, List<VendorProbe> vendorProbes) {
    this.settings = settings;
    this.vendorProbes = vendorProbes;
  }

  /** Opens a probe that has seen no devices yet. */
  public static HostAcceleratorProbe open(ProbeSettings settings) {
    var files = new HostFiles(settings.drivers().root());
    return new HostAcceleratorProbe(
        settings,
        List.of(
            new VendorProbe(
                nvidia(settings, files), List.of(list(settings, "CUDA_VISIBLE_DEVICES"))),
            new VendorProbe(
                List.of(new TimeLimitedSource(new AmdSysfsSource(files), settings.limit())),
                List.of(
                    list(settings, "ROCR_VISIBLE_DEVICES"),
                    list(settings, hipVariable(settings.environment()))))));
  }

  private static List<DeviceSource> nvidia(ProbeSettings settings, HostFiles files) {
    var sources = new ArrayList<DeviceSource>();
    var drivers = settings.drivers();
    var limit = settings.limit();
    if (!drivers.nvml().equals(ProbeSettings.OFF)) {
      sources.add(new TimeLimitedSource(new NvmlSource(drivers.nvml(), files), limit));
    }
    if (!drivers.nvidiaSmi().equals(ProbeSettings.OFF)) {
      var path = settings.environment().getOrDefault("PATH", "");
      sources.add(new TimeLimitedSource(
          NvidiaSmiSource.find(drivers.nvidiaSmi(), path, files, limit), limit.multipliedBy(RUNS)));
    }
    return sources;
  }

  private static VisibleDevices list(ProbeSettings settings, String variable) {
    return VisibleDevices.of(variable, settings.environment().get(variable));
  }

  /** Returns the variable that HIP programs obey: CUDA's if HIP's own is not set. */
  private static String hipVariable(Map<String, String> environment) {
    return environment.containsKey("HIP_VISIBLE_DEVICES")
        ? "HIP_VISIBLE_DEVICES"
        : "CUDA_VISIBLE_DEVICES";
  }

  /** {@inheritDoc} */
  @Override
  public synchronized ProbeResult probe() {
    requireOpen();
    if (settings.declared().orElse(-1) == 0) {
      listed = List.of();
      return ProbeResult.empty();
    }
    var warnings = new ArrayList<ProbeWarning>();
    var devices = new ArrayList<Accelerator>();
    vendorProbes.forEach(vendorProbe -> devices.addAll(vendorProbe.probe(warnings)));
    var told = reindexed(asDeclared(devices));
    listed = told.stream().map(Accelerator::uuid).toList();
    return new ProbeResult(told, warnings);
  }

  /**
   * Returns as many devices as the user declared: the first of them if there are more, with made-up
   * ones if there are fewer.
   */
  private List<Accelerator> asDeclared(List<Accelerator> found) {
    int wanted = settings.declared().orElse(found.size());
    var devices = new ArrayList<>(found.subList(0, Math.min(wanted, found.size())));
    for (int i = devices.size(); i < wanted; i++) {
      devices.add(new Accelerator(
          i,
          "declared-" + i,
          new DeviceModel(Vendor.DECLARED, "declared", 0, ""),
          DeviceLocation.unknown(),
          DeviceHealth.healthy()));
    }
    return devices;
  }

  /** Gives each device its index, and keeps only neighbours that are in the list. */
  private static List<Accelerator> reindexed(List<Accelerator> devices) {
    Set<String> uuids = new HashSet<>();
    devices.forEach(device -> uuids.add(device.uuid()));
    var told = new ArrayList<Accelerator>();
    for (var device : devices) {
      var near = device.location().neighbours().stream()
          .filter(neighbour -> uuids.contains(neighbour.uuid()))
          .toList();
      told.add(device.withIndex(told.size()).withLocation(device.location().withNeighbours(near)));
    }
    return told;
  }

  /** {@inheritDoc} */
  @Override
  public synchronized List<DeviceUsage> sample() {
    requireOpen();
    var found = new HashMap<String, DeviceUsage>();
    if (!listed.isEmpty()) {
      vendorProbes.forEach(
          vendorProbe -> vendorProbe.sample().forEach(it -> found.put(it.uuid(), it)));
    }
    return listed.stream().filter(found::containsKey).map(found::get).toList();
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("This probe was closed: open another.");
    }
  }

  /** {@inheritDoc} */
  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      vendorProbes.forEach(VendorProbe::close);
    }
  }
}
