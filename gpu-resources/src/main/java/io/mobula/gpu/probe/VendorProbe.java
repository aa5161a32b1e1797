package io.mobula.gpu.probe;

import io.mobula.gpu.Accelerator;
import io.mobula.gpu.DeviceUsage;
import io.mobula.gpu.ProbeWarning;
import io.mobula.gpu.source.DeviceSource;
import io.mobula.gpu.source.SourceResult;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Probe of the devices of one vendor. It uses the first source that answers, remembers the devices
 * seen, and hides those that environment variables exclude.
 */
final class VendorProbe {
  private final List<DeviceSource> sources;
  private final List<VisibleDevices> visibleDevices;
  private final DeviceHistory history = new DeviceHistory();
  private @Nullable DeviceSource activeSource;

  /**
   * Creates the probe of a vendor.
   *
   * @param sources sources in the order in which they are queried
   * @param visible lists of visible devices, the outermost first
   */
  VendorProbe(List<DeviceSource> sources, List<VisibleDevices> visible) {
    this.sources = List.copyOf(sources);
    this.visibleDevices = List.copyOf(visible);
  }

  /** Queries the sources and adds their warnings. The devices have no index yet. */
  List<Accelerator> probe(List<ProbeWarning> warnings) {
    activeSource = null;
    var reason = "There is no driver any more";
    for (var source : sources) {
      switch (source.read()) {
        case SourceResult.Answered(var devices, var complaints) -> {
          history.update(devices);
          warnings.addAll(complaints);
          activeSource = source;
          return chooseVisible(warnings);
        }
        case SourceResult.Broken(var warning) -> {
          warnings.add(warning);
          reason = warning.cause();
        }
        case SourceResult.Absent _ -> {}
      }
    }
    history.markNotResponding(reason);
    return chooseVisible(warnings);
  }

  private List<Accelerator> chooseVisible(List<ProbeWarning> warnings) {
    var devices = history.devices();
    if (devices.isEmpty()) {
      return List.of();
    }
    for (var list : visibleDevices) {
      var selection = list.choose(devices);
      selection
          .problem()
          .ifPresent(complaint -> warnings.add(new ProbeWarning("environment", complaint)));
      devices = VisibleDevices.renumbered(selection.devices());
    }
    return devices.stream().map(device -> device.device()).toList();
  }

  /** Returns the usage of all devices, hidden ones included. */
  List<DeviceUsage> sample() {
    return activeSource == null ? List.of() : new ArrayList<>(activeSource.sample());
  }

  void close() {
    sources.forEach(DeviceSource::close);
  }
}
