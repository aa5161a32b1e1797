package io.mobula.gpu.nvml;

import io.mobula.gpu.DeviceLink;
import io.mobula.gpu.DeviceNeighbour;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Topology of the GPUs of a host. Every pair is queried once, because connections do not change
 * while NVML is open.
 */
final class GpuTopology {
  private static final int MAX_LINKS = 18;
  private static final int UP = 1;

  private final Nvml nvml;
  private List<String> known = List.of();
  private Map<String, List<DeviceNeighbour>> neighbours = Map.of();

  GpuTopology(Nvml nvml) {
    this.nvml = nvml;
  }

  /** Returns the neighbours of each of these GPUs, by UUID. */
  Map<String, List<DeviceNeighbour>> neighboursOf(List<PhysicalGpu> gpus) {
    var uuids = gpus.stream().map(PhysicalGpu::uuid).toList();
    if (!uuids.equals(known)) {
      neighbours = ask(gpus);
      known = uuids;
    }
    return neighbours;
  }

  private Map<String, List<DeviceNeighbour>> ask(List<PhysicalGpu> gpus) {
    var found = new HashMap<String, List<DeviceNeighbour>>();
    var linked = new HashMap<String, Set<String>>();
    for (int i = 0; i < gpus.size(); i++) {
      for (int j = i + 1; j < gpus.size(); j++) {
        var one = gpus.get(i);
        var other = gpus.get(j);
        link(one, other, linked).ifPresent(link -> {
          found
              .computeIfAbsent(one.uuid(), _ -> new ArrayList<>())
              .add(new DeviceNeighbour(other.uuid(), link));
          found
              .computeIfAbsent(other.uuid(), _ -> new ArrayList<>())
              .add(new DeviceNeighbour(one.uuid(), link));
        });
      }
    }
    return found;
  }

  private Optional<DeviceLink> link(
      PhysicalGpu one, PhysicalGpu other, Map<String, Set<String>> linked) {
    return switch (nvml.p2p(one.handle(), other.handle())) {
      case NvmlResult.Success<Integer>(var status)
      when status == Nvml.P2P_OK -> Optional.of(DeviceLink.NVLINK);
      case NvmlResult.Success<Integer> _ -> byBuses(one, other);
      case NvmlResult.Failure<Integer> _ ->
        linked.computeIfAbsent(one.uuid(), _ -> ends(one)).contains(other.pciAddress())
            ? Optional.of(DeviceLink.NVLINK)
            : byBuses(one, other);
    };
  }

  /** Returns where the links of a GPU end, for drivers that do not answer for a pair. */
  private Set<String> ends(PhysicalGpu gpu) {
    var ends = new HashSet<String>();
    for (int link = 0; link < MAX_LINKS; link++) {
      var state = nvml.linkState(gpu.handle(), link).toOptional();
      if (state.isPresent() && state.get() == UP) {
        nvml.linkRemote(gpu.handle(), link)
            .toOptional()
            .filter(address -> !address.isEmpty())
            .ifPresent(ends::add);
      }
    }
    return ends;
  }

  private Optional<DeviceLink> byBuses(PhysicalGpu one, PhysicalGpu other) {
    return nvml.commonAncestor(one.handle(), other.handle())
        .toOptional()
        .flatMap(GpuTopology::link);
  }

  /**
   * Converts a {@code nvmlGpuTopologyLevel_t} to a link. Empty for two GPUs at different
   * processors.
   */
  private static Optional<DeviceLink> link(int level) {
    return switch (level) {
      case 0 -> Optional.of(DeviceLink.BOARD);
      case 10 -> Optional.of(DeviceLink.PCI_SWITCH);
      case 20 -> Optional.of(DeviceLink.PCI_SWITCHES);
      case 30 -> Optional.of(DeviceLink.HOST_BRIDGE);
      case 40 -> Optional.of(DeviceLink.NUMA_NODE);
      default -> Optional.empty();
    };
  }
}
