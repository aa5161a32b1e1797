package io.mobula.gpu.source;

import io.mobula.gpu.DeviceHealth;
import io.mobula.gpu.DeviceLink;
import io.mobula.gpu.DeviceLoad;
import io.mobula.gpu.DeviceLocation;
import io.mobula.gpu.DeviceModel;
import io.mobula.gpu.DeviceNeighbour;
import io.mobula.gpu.DeviceUsage;
import io.mobula.gpu.GpuProcess;
import io.mobula.gpu.ProbeWarning;
import io.mobula.gpu.Vendor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Source of AMD's GPUs that reads the files of the kernel's compute driver, {@code /sys/class/kfd},
 * and of its graphics driver, {@code /sys/class/drm}. Reads some dozens of small files per GPU.
 *
 * <p>The kernel lists every GPU of the host and denies the files of those that a container may not
 * use. A GPU without its {@code /dev/dri/renderD…} does not belong to the container either.
 */
public final class AmdSysfsSource implements DeviceSource {
  private static final String NAME = "amd-sysfs";
  private static final String NODES = "sys/class/kfd/kfd/topology/nodes";
  private static final String DRM = "sys/class/drm/renderD";

  private final HostFiles files;
  private Map<String, KfdNode> seen = Map.of();

  /** Creates a source that reads these files. */
  public AmdSysfsSource(HostFiles files) {
    this.files = files;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public SourceResult read() {
    var nodes = nodes();
    seen = Map.of();
    if (nodes.isEmpty()) {
      return SourceResult.absent();
    }
    if (!files.exists("dev/kfd")) {
      return SourceResult.broken(
          NAME,
          "The kernel knows " + nodes.size()
              + " AMD GPUs, and /dev/kfd is missing: give this container the device.");
    }
    return answer(nodes);
  }

  private SourceResult answer(List<KfdNode> nodes) {
    var usable = new LinkedHashMap<String, KfdNode>();
    for (var node : nodes) {
      if (files.exists("dev/dri/renderD" + node.renderMinor())) {
        var named = usable.containsKey(node.uuid()) ? node.asPartition() : node;
        usable.put(named.uuid(), named);
      }
    }
    seen = usable;
    var detecteds = new ArrayList<DetectedDevice>();
    for (var node : usable.values()) {
      detecteds.add(sighting(detecteds.size(), node, usable.values().stream().toList()));
    }
    return new SourceResult.Answered(
        detecteds, usable.isEmpty() ? List.of(allRefused(nodes)) : List.of());
  }

  private static ProbeWarning allRefused(List<KfdNode> nodes) {
    return new ProbeWarning(
        NAME,
        "The kernel knows " + nodes.size() + " AMD GPUs, and /dev/dri/renderD"
            + nodes.getFirst().renderMinor()
            + (nodes.size() == 1 ? " is" : " and the others are")
            + " missing: give this container the devices.");
  }

  /** Returns the GPUs whose files this process may read. Nodes without a GPU are processors. */
  private List<KfdNode> nodes() {
    return files.names(NODES).stream()
        .filter(node -> files.number(NODES + "/" + node + "/gpu_id").orElse(0) != 0)
        .map(node -> KfdNode.of(node, files.numbers(NODES + "/" + node + "/properties")))
        .flatMap(java.util.Optional::stream)
        .toList();
  }

  private DetectedDevice sighting(int number, KfdNode node, List<KfdNode> all) {
    var folder = folder(node);
    var model = new DeviceModel(Vendor.AMD, modelName(node), memory(node), node.architecture());
    var location = DeviceLocation.at(node.pciAddress(), files.numaNode(folder))
        .withNeighbours(neighbours(node, all));
    return DetectedDevice.of(number, node.uuid(), model, location, health(folder));
  }

  private static String folder(KfdNode node) {
    return DRM + node.renderMinor() + "/device";
  }

  private String modelName(KfdNode node) {
    return files
        .text(folder(node) + "/product_name")
        .filter(name -> !name.isBlank())
        .orElseGet(() -> "AMD " + (node.architecture().isEmpty() ? "GPU" : node.architecture()));
  }

  /**
   * Returns the total that the graphics driver reports, otherwise the sum of the memory banks on
   * the device.
   */
  private long memory(KfdNode node) {
    var total = files.number(folder(node) + "/mem_info_vram_total");
    if (total.isPresent()) {
      return Math.max(0, total.getAsLong());
    }
    var banks = NODES + "/" + node.name() + "/mem_banks";
    return files.names(banks).stream()
        .map(bank -> files.numbers(banks + "/" + bank + "/properties"))
        .filter(KfdNode::isOnDevice)
        .mapToLong(bank -> Math.max(0, bank.getOrDefault("size_in_bytes", 0L)))
        .sum();
  }

  private List<DeviceNeighbour> neighbours(KfdNode node, List<KfdNode> all) {
    var near = new ArrayList<DeviceNeighbour>();
    var linked = linked(node);
    var home = files.numaNode(folder(node));
    for (var other : all) {
      if (other.equals(node)) {
        continue;
      }
      if (linked.contains(other.name())) {
        near.add(new DeviceNeighbour(other.uuid(), DeviceLink.XGMI));
      } else if (home.isPresent() && home.equals(files.numaNode(folder(other)))) {
        near.add(new DeviceNeighbour(other.uuid(), DeviceLink.NUMA_NODE));
      }
    }
    return near;
  }

  private List<String> linked(KfdNode node) {
    var links = NODES + "/" + node.name() + "/io_links";
    return files.names(links).stream()
        .map(link -> files.numbers(links + "/" + link + "/properties"))
        .filter(KfdNode::isXgmi)
        .map(link -> String.valueOf(link.getOrDefault("node_to", -1L)))
        .toList();
  }

  /**
   * Returns the health of a GPU. A block of the device that counts uncorrected errors has a line
   * {@code ue: 2}.
   */
  private DeviceHealth health(String folder) {
    for (var file : files.names(folder + "/ras")) {
      if (!file.endsWith("_err_count")) {
        continue;
      }
      long lost = files.numbers(folder + "/ras/" + file).getOrDefault("ue:", 0L);
      if (lost > 0) {
        return DeviceHealth.unhealthy(
            DeviceHealth.Cause.MEMORY_ERROR,
            lost + " errors that could not be corrected in "
                + file.substring(0, file.length() - "_err_count".length()));
      }
    }
    return DeviceHealth.healthy();
  }

  @Override
  public List<DeviceUsage> sample() {
    return seen.values().stream()
        .filter(node -> files.exists(folder(node)))
        .map(node -> new DeviceUsage(node.uuid(), load(folder(node)), processes(node)))
        .toList();
  }

  private DeviceLoad load(String folder) {
    return new DeviceLoad(
        percent(folder + "/gpu_busy_percent"),
        percent(folder + "/mem_busy_percent"),
        files.number(folder + "/mem_info_vram_used"),
        celsius(folder + "/hwmon"));
  }

  private OptionalInt percent(String path) {
    var number = files.number(path);
    return number.isPresent() && number.getAsLong() >= 0 && number.getAsLong() <= 100
        ? OptionalInt.of((int) number.getAsLong())
        : OptionalInt.empty();
  }

  /** Returns the temperature from thousandths of a degree, in the only folder there. */
  private OptionalInt celsius(String monitors) {
    return files.names(monitors).stream()
        .map(monitor -> files.number(monitors + "/" + monitor + "/temp1_input"))
        .flatMapToLong(OptionalLong::stream)
        .mapToInt(thousandths -> (int) (thousandths / 1000))
        .findFirst();
  }

  private List<GpuProcess> processes(KfdNode node) {
    var processes = new ArrayList<GpuProcess>();
    var id = files.text(NODES + "/" + node.name() + "/gpu_id").orElse("");
    for (var pid : files.names("sys/class/kfd/kfd/proc")) {
      var bytes = files.number("sys/class/kfd/kfd/proc/" + pid + "/vram_" + id);
      if (bytes.isPresent() && pid.matches("[0-9]{1,18}")) {
        processes.add(new GpuProcess(Long.parseLong(pid), bytes));
      }
    }
    return processes;
  }

  @Override
  public void close() {
    seen = Map.of();
  }
}
