package io.mobula.gpu.nvml;

import io.mobula.gpu.DeviceHealth;
import io.mobula.gpu.DeviceLocation;
import io.mobula.gpu.DeviceModel;
import io.mobula.gpu.DeviceNeighbour;
import io.mobula.gpu.MigInstance;
import io.mobula.gpu.ProbeWarning;
import io.mobula.gpu.Vendor;
import io.mobula.gpu.source.DetectedDevice;
import io.mobula.gpu.source.HostFiles;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Reader of one GPU: it returns the GPU itself, or the instances into which the GPU is split. */
final class DeviceReader {
  private final Nvml nvml;
  private final XidWatch watch;
  private final HostFiles files;
  private final List<ProbeWarning> warnings;

  /** Creates a reader that adds to the warnings. */
  DeviceReader(Nvml nvml, XidWatch watch, HostFiles files, List<ProbeWarning> warnings) {
    this.nvml = nvml;
    this.watch = watch;
    this.files = files;
    this.warnings = warnings;
  }

  /**
   * Device together with its NVML handles.
   *
   * @param gpu handle of the whole GPU, which knows some things that an instance does not
   */
  record NvmlDevice(DetectedDevice detected, MemorySegment handle, MemorySegment gpu) {}

  /** Returns the devices of a GPU that work can be given to. */
  List<NvmlDevice> read(PhysicalGpu gpu, List<DeviceNeighbour> neighbours) {
    var query = new DeviceQuery(gpu.uuid(), warnings);
    query.note(health(gpu, query));
    var location = DeviceLocation.at(gpu.pciAddress(), numaNode(gpu, query));
    if (query.valueOr(nvml.migEnabled(gpu.handle()), false)) {
      return instances(gpu, location, query);
    }
    var model = model(gpu.handle(), gpu.handle(), query);
    query.note(watch.of(gpu.uuid()));
    var detected = DetectedDevice.of(
        gpu.number(), gpu.uuid(), model, location.withNeighbours(neighbours), query.health());
    return List.of(new NvmlDevice(detected, gpu.handle(), gpu.handle()));
  }

  private DeviceHealth health(PhysicalGpu gpu, DeviceQuery query) {
    long lost = query.valueOr(nvml.eccErrors(gpu.handle()), 0L);
    if (lost != 0) {
      return DeviceHealth.unhealthy(
          DeviceHealth.Cause.MEMORY_ERROR,
          Long.toUnsignedString(lost) + " uncorrected memory errors since the driver was loaded");
    }
    var rows = query.valueOr(nvml.remappedRows(gpu.handle()), new Nvml.RemappedRows(0, false));
    return rows.failed()
        ? DeviceHealth.unhealthy(
            DeviceHealth.Cause.MEMORY_ERROR,
            "A bad row of memory could not be replaced after " + rows.uncorrected() + " others")
        : DeviceHealth.healthy();
  }

  private OptionalInt numaNode(PhysicalGpu gpu, DeviceQuery query) {
    var node = query.valueOr(nvml.numaNode(gpu.handle()), OptionalInt.empty());
    return node.isPresent() || gpu.pciAddress().isEmpty()
        ? node
        : files.numaNode("sys/bus/pci/devices/" + gpu.pciAddress());
  }

  private DeviceModel model(MemorySegment device, MemorySegment gpu, DeviceQuery query) {
    return new DeviceModel(
        Vendor.NVIDIA,
        query.valueOr(nvml.name(device), "NVIDIA GPU"),
        query.valueOr(nvml.memory(device), new Nvml.Memory(0, 0)).total(),
        query.valueOr(nvml.capability(gpu), ""));
  }

  private List<NvmlDevice> instances(PhysicalGpu gpu, DeviceLocation location, DeviceQuery query) {
    var nvmlDevice = new ArrayList<NvmlDevice>();
    int max = query.valueOr(nvml.maxInstances(gpu.handle()), 0);
    for (int i = 0; i < max; i++) {
      var handle = query.valueOr(nvml.instance(gpu.handle(), i), MemorySegment.NULL);
      if (!handle.equals(MemorySegment.NULL)) { // not every index has an instance
        instance(gpu, handle, location, query).ifPresent(nvmlDevice::add);
      }
    }
    if (nvmlDevice.isEmpty()) {
      warnings.add(new ProbeWarning(
          NvmlSource.NAME,
          gpu.uuid() + " is split by MIG, and has no instance that this process may use: nothing"
              + " can run there."));
    }
    return nvmlDevice;
  }

  private Optional<NvmlDevice> instance(
      PhysicalGpu gpu, MemorySegment handle, DeviceLocation location, DeviceQuery parent) {
    var uuid = parent.valueOr(nvml.uuid(handle), "");
    if (uuid.isEmpty()) {
      return Optional.empty();
    }
    var query = new DeviceQuery(uuid, warnings);
    query.note(parent.health());
    var part = new MigInstance(
        gpu.uuid(),
        query.valueOr(nvml.gpuInstance(handle), Xid.WHOLE_GPU),
        query.valueOr(nvml.computeInstance(handle), Xid.WHOLE_GPU));
    var model = model(handle, gpu.handle(), query);
    query.note(watch.of(part));
    var detected = DetectedDevice.of(
        gpu.number(),
        uuid,
        model,
        new DeviceLocation(
            location.pciAddress(), location.numaNode(), Optional.of(part), List.of()),
        query.health());
    return Optional.of(new NvmlDevice(detected, handle, gpu.handle()));
  }
}
