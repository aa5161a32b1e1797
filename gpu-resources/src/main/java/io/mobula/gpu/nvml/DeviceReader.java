package io.mobula.gpu.nvml;

import io.mobula.gpu.Health;
import io.mobula.gpu.MigInstance;
import io.mobula.gpu.Model;
import io.mobula.gpu.Neighbour;
import io.mobula.gpu.Place;
import io.mobula.gpu.Vendor;
import io.mobula.gpu.Warning;
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
  private final List<Warning> warnings;

  /** Adds to the warnings. */
  DeviceReader(Nvml nvml, XidWatch watch, HostFiles files, List<Warning> warnings) {
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
  List<Found> read(Gpu gpu, List<Neighbour> neighbours) {
    var interview = new Interview(gpu.uuid(), warnings);
    interview.note(health(gpu, interview));
    var place = Place.at(gpu.pciAddress(), numaNode(gpu, interview));
    if (interview.told(nvml.isSplit(gpu.handle()), false)) {
      return instances(gpu, place, interview);
    }
    var model = model(gpu.handle(), gpu.handle(), interview);
    interview.note(watch.of(gpu.uuid()));
    var sighting = Sighting.of(
        gpu.number(), gpu.uuid(), model, place.withNeighbours(neighbours), interview.health());
    return List.of(new Found(sighting, gpu.handle(), gpu.handle()));
  }

  private Health health(Gpu gpu, Interview interview) {
    long lost = interview.told(nvml.eccErrors(gpu.handle()), 0L);
    if (lost != 0) {
      return Health.ill(
          Health.Cause.MEMORY_ERROR,
          Long.toUnsignedString(lost) + " uncorrected memory errors since the driver was loaded");
    }
    var rows = interview.told(nvml.remappedRows(gpu.handle()), new Nvml.Remapped(0, false));
    return rows.failed()
        ? Health.ill(
            Health.Cause.MEMORY_ERROR,
            "A bad row of memory could not be replaced after " + rows.uncorrected() + " others")
        : Health.healthy();
  }

  private OptionalInt numaNode(Gpu gpu, Interview interview) {
    var node = interview.told(nvml.numaNode(gpu.handle()), OptionalInt.empty());
    return node.isPresent() || gpu.pciAddress().isEmpty()
        ? node
        : files.numaNode("sys/bus/pci/devices/" + gpu.pciAddress());
  }

  private Model model(MemorySegment device, MemorySegment gpu, Interview interview) {
    return new Model(
        Vendor.NVIDIA,
        interview.told(nvml.name(device), "NVIDIA GPU"),
        interview.told(nvml.memory(device), new Nvml.Memory(0, 0)).total(),
        interview.told(nvml.capability(gpu), ""));
  }

  private List<Found> instances(Gpu gpu, Place place, Interview interview) {
    var found = new ArrayList<Found>();
    int most = interview.told(nvml.mostInstances(gpu.handle()), 0);
    for (int i = 0; i < most; i++) {
      var handle = interview.told(nvml.instance(gpu.handle(), i), MemorySegment.NULL);
      if (!handle.equals(MemorySegment.NULL)) { // there need not be one at each index
        instance(gpu, handle, place, interview).ifPresent(found::add);
      }
    }
    if (found.isEmpty()) {
      warnings.add(new Warning(
          NvmlSource.NAME,
          gpu.uuid() + " is split by MIG, and has no instance that this process may use: nothing"
              + " can run there."));
    }
    return found;
  }

  private Optional<Found> instance(Gpu gpu, MemorySegment handle, Place place, Interview parent) {
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
        new Place(place.pciAddress(), place.numaNode(), Optional.of(part), List.of()),
        interview.health());
    return Optional.of(new Found(sighting, handle, gpu.handle()));
  }
}
