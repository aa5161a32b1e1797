package io.mobula.gpu.nvml;

import io.mobula.gpu.DeviceHealth;
import io.mobula.gpu.MigInstance;
import io.mobula.gpu.DeviceModel;
import io.mobula.gpu.DeviceNeighbour;
import io.mobula.gpu.DeviceLocation;
import io.mobula.gpu.Vendor;
import io.mobula.gpu.ProbeWarning;
import io.mobula.gpu.source.HostFiles;
import io.mobula.gpu.source.Sighting;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Asks one GPU what it is: itself, or in its place the instances that it is split into. */
final class DeviceReader {
  private final Nvml nvml;
  private final XidWatch watch;
  private final HostFiles files;
  private final List<ProbeWarning> warnings;

  /** Adds to the warnings. */
  DeviceReader(Nvml nvml, XidWatch watch, HostFiles files, List<ProbeWarning> warnings) {
    this.nvml = nvml;
    this.watch = watch;
    this.files = files;
    this.warnings = warnings;
  }

  /**
   * A device, and by what NVML knows it.
   *
   * @param gpu the handle of the whole GPU, which knows some things that an instance does not
   */
  record Found(Sighting sighting, MemorySegment handle, MemorySegment gpu) {}

  /** What can be worked with there. */
  List<Found> read(Gpu gpu, List<DeviceNeighbour> neighbours) {
    var interview = new Interview(gpu.uuid(), warnings);
    interview.note(health(gpu, interview));
    var location = DeviceLocation.at(gpu.pciAddress(), numaNode(gpu, interview));
    if (interview.told(nvml.isSplit(gpu.handle()), false)) {
      return instances(gpu, location, interview);
    }
    var model = model(gpu.handle(), gpu.handle(), interview);
    interview.note(watch.of(gpu.uuid()));
    var sighting = Sighting.of(
        gpu.number(), gpu.uuid(), model, location.withNeighbours(neighbours), interview.health());
    return List.of(new Found(sighting, gpu.handle(), gpu.handle()));
  }

  private DeviceHealth health(Gpu gpu, Interview interview) {
    long lost = interview.told(nvml.eccErrors(gpu.handle()), 0L);
    if (lost != 0) {
      return DeviceHealth.unhealthy(
          DeviceHealth.Cause.MEMORY_ERROR,
          Long.toUnsignedString(lost) + " uncorrected memory errors since the driver was loaded");
    }
    var rows = interview.told(nvml.remappedRows(gpu.handle()), new Nvml.Remapped(0, false));
    return rows.failed()
        ? DeviceHealth.unhealthy(
            DeviceHealth.Cause.MEMORY_ERROR,
            "A bad row of memory could not be replaced after " + rows.uncorrected() + " others")
        : DeviceHealth.healthy();
  }

  private OptionalInt numaNode(Gpu gpu, Interview interview) {
    var node = interview.told(nvml.numaNode(gpu.handle()), OptionalInt.empty());
    return node.isPresent() || gpu.pciAddress().isEmpty()
        ? node
        : files.numaNode("sys/bus/pci/devices/" + gpu.pciAddress());
  }

  private DeviceModel model(MemorySegment device, MemorySegment gpu, Interview interview) {
    return new DeviceModel(
        Vendor.NVIDIA,
        interview.told(nvml.name(device), "NVIDIA GPU"),
        interview.told(nvml.memory(device), new Nvml.Memory(0, 0)).total(),
        interview.told(nvml.capability(gpu), ""));
  }

  private List<Found> instances(Gpu gpu, DeviceLocation location, Interview interview) {
    var found = new ArrayList<Found>();
    int most = interview.told(nvml.mostInstances(gpu.handle()), 0);
    for (int i = 0; i < most; i++) {
      var handle = interview.told(nvml.instance(gpu.handle(), i), MemorySegment.NULL);
      if (!handle.equals(MemorySegment.NULL)) { // there need not be one at each index
        instance(gpu, handle, location, interview).ifPresent(found::add);
      }
    }
    if (found.isEmpty()) {
      warnings.add(new ProbeWarning(
          NvmlSource.NAME,
          gpu.uuid() + " is split by MIG, and has no instance that this process may use: nothing"
              + " can run there."));
    }
    return found;
  }

  private Optional<Found> instance(Gpu gpu, MemorySegment handle, DeviceLocation location, Interview parent) {
    var uuid = parent.told(nvml.uuid(handle), "");
    if (uuid.isEmpty()) {
      return Optional.empty();
    }
    var interview = new Interview(uuid, warnings);
    interview.note(parent.health());
    var part = new MigInstance(
        gpu.uuid(),
        interview.told(nvml.gpuInstance(handle), Xid.WHOLE_GPU),
        interview.told(nvml.computeInstance(handle), Xid.WHOLE_GPU));
    var model = model(handle, gpu.handle(), interview);
    interview.note(watch.of(part));
    var sighting = Sighting.of(
        gpu.number(),
        uuid,
        model,
        new DeviceLocation(location.pciAddress(), location.numaNode(), Optional.of(part), List.of()),
        interview.health());
    return Optional.of(new Found(sighting, handle, gpu.handle()));
  }
}
