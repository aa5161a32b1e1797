package io.mobula.gpu.probe;

import io.mobula.gpu.Accelerator;
import io.mobula.gpu.DeviceUsage;
import io.mobula.gpu.ProbeWarning;
import io.mobula.gpu.source.Reading;
import io.mobula.gpu.source.Source;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The devices of one vendor: several sources, of which the first that answers is believed, what was
 * seen of them, and the variables that hide some.
 */
final class Family {
  private final List<Source> sources;
  private final List<VisibleDevices> visible;
  private final Roster roster = new Roster();
  private @Nullable Source believed;

  /**
   * A family.
   *
   * @param sources in the order in which they are asked
   * @param visible what is hidden, the outermost first
   */
  Family(List<Source> sources, List<VisibleDevices> visible) {
    this.sources = List.copyOf(sources);
    this.visible = List.copyOf(visible);
  }

  /** Asks, and adds to the warnings; the devices have no index yet. */
  List<Accelerator> look(List<ProbeWarning> warnings) {
    believed = null;
    var reason = "There is no driver any more";
    for (var source : sources) {
      switch (source.read()) {
        case Reading.Answered(var devices, var complaints) -> {
          roster.saw(devices);
          warnings.addAll(complaints);
          believed = source;
          return choose(warnings);
        }
        case Reading.Broken(var warning) -> {
          warnings.add(warning);
          reason = warning.cause();
        }
        case Reading.Absent _ -> {}
      }
    }
    roster.heardNothing(reason);
    return choose(warnings);
  }

  private List<Accelerator> choose(List<ProbeWarning> warnings) {
    var devices = roster.devices();
    if (devices.isEmpty()) {
      return List.of();
    }
    for (var list : visible) {
      var chosen = list.choose(devices);
      chosen
          .complaint()
          .ifPresent(complaint -> warnings.add(new ProbeWarning("environment", complaint)));
      devices = VisibleDevices.renumbered(chosen.devices());
    }
    return devices.stream().map(device -> device.device()).toList();
  }

  /** How busy they are, hidden ones included. */
  List<DeviceUsage> sample() {
    return believed == null ? List.of() : new ArrayList<>(believed.sample());
  }

  void close() {
    sources.forEach(Source::close);
  }
}
