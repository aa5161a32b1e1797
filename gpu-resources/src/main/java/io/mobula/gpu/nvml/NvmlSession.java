package io.mobula.gpu.nvml;

import io.mobula.gpu.DeviceHealth;
import io.mobula.gpu.DeviceLoad;
import io.mobula.gpu.DeviceUsage;
import io.mobula.gpu.ProbeWarning;
import io.mobula.gpu.source.DetectedDevice;
import io.mobula.gpu.source.HostFiles;
import io.mobula.gpu.source.SourceResult;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Session with NVML, from {@code nvmlInit_v2} to {@code nvmlShutdown}. It remembers the devices
 * seen, so that a device that no longer identifies itself can be reported by its number.
 */
final class NvmlSession {
  private final Nvml nvml;
  private final HostFiles files;
  private final XidWatch watch;
  private final GpuTopology topology;
  private final Map<Integer, List<DetectedDevice>> before = new HashMap<>();
  private List<DeviceReader.NvmlDevice> nvmlDevice = List.of();

  NvmlSession(Nvml nvml, HostFiles files) {
    this.nvml = nvml;
    this.files = files;
    this.watch = new XidWatch(nvml);
    this.topology = new GpuTopology(nvml);
  }

  SourceResult read() {
    nvmlDevice = List.of();
    return switch (nvml.count()) {
      case NvmlResult.Failure<Integer>(var error) ->
        SourceResult.broken(
            NvmlSource.NAME, "NVML does not say how many GPUs there are: " + error + ".");
      case NvmlResult.Success<Integer>(var count) -> read(count);
    };
  }

  private SourceResult read(int count) {
    var warnings = new ArrayList<ProbeWarning>();
    var detecteds = new ArrayList<DetectedDevice>();
    var gpus = new ArrayList<PhysicalGpu>();
    int forbidden = 0;
    for (int number = 0; number < count; number++) {
      switch (identify(number)) {
        case NvmlResult.Success<PhysicalGpu>(var gpu) -> gpus.add(gpu);
        case NvmlResult.Failure<PhysicalGpu>(var error) -> {
          forbidden += reportUnidentified(number, error, detecteds, warnings);
        }
      }
    }
    if (forbidden > 0 && forbidden == count) {
      warnings.add(new ProbeWarning(
          NvmlSource.NAME,
          "There are " + count + " GPUs, and this process may use none of them: give it, or its"
              + " container, their devices."));
    }
    gpus.removeIf(gpu -> lacksDeviceFile(gpu, warnings));
    gpus.forEach(gpu -> watch
        .watch(gpu.handle(), gpu.uuid())
        .filter(refusal -> refusal.meaning() == ReturnCode.Meaning.FAILED)
        .ifPresent(refusal -> warnings.add(new ProbeWarning(
            NvmlSource.NAME,
            gpu.uuid() + ": errors of the driver are not seen: " + refusal + "."))));
    watch.drain();
    readDevices(gpus, detecteds, warnings);
    return new SourceResult.Answered(detecteds, warnings);
  }

  /** Returns the GPU with a number. */
  private NvmlResult<PhysicalGpu> identify(int number) {
    var handle = nvml.handle(number);
    if (handle instanceof NvmlResult.Failure<MemorySegment>(var error)) {
      return new NvmlResult.Failure<>(error);
    }
    var device = handle.toOptional().orElseThrow();
    return switch (nvml.uuid(device)) {
      case NvmlResult.Failure<String>(var refusal) -> new NvmlResult.Failure<>(refusal);
      case NvmlResult.Success<String>(var uuid) ->
        new NvmlResult.Success<>(new PhysicalGpu(
            number, device, uuid, nvml.pciAddress(device).toOptional().orElse("")));
    };
  }

  /**
   * Reports the devices known by a number, or adds a warning. Returns 1 if the GPU is merely
   * forbidden, otherwise 0.
   */
  private int reportUnidentified(
      int number, NvmlError error, List<DetectedDevice> detecteds, List<ProbeWarning> warnings) {
    var known = before.getOrDefault(number, List.of());
    if (!known.isEmpty()) {
      var health = error.health().isHealthy()
          ? DeviceHealth.unhealthy(DeviceHealth.Cause.NO_ANSWER, error.toString())
          : error.health();
      known.forEach(detected -> detecteds.add(detected.withHealth(health)));
    } else if (ReturnCode.isForbidden(error.code())) {
      return 1;
    } else {
      warnings.add(new ProbeWarning(
          NvmlSource.NAME, "GPU " + number + " is left out, since " + error + "."));
    }
    return 0;
  }

  /**
   * Returns whether the device file of a GPU is missing. A container may have the driver's own
   * device and not that of every GPU.
   */
  private boolean lacksDeviceFile(PhysicalGpu gpu, List<ProbeWarning> warnings) {
    var minor = nvml.minorNumber(gpu.handle()).toOptional();
    if (minor.isEmpty()
        || !files.exists("dev/nvidiactl")
        || files.exists("dev/nvidia" + minor.get())) {
      return false;
    }
    warnings.add(new ProbeWarning(
        NvmlSource.NAME,
        gpu.uuid() + " is left out, since /dev/nvidia" + minor.get()
            + " is missing: give this container the device."));
    return true;
  }

  private void readDevices(
      List<PhysicalGpu> gpus, List<DetectedDevice> detecteds, List<ProbeWarning> warnings) {
    var reader = new DeviceReader(nvml, watch, files, warnings);
    var neighbours = topology.neighboursOf(gpus);
    var now = new ArrayList<DeviceReader.NvmlDevice>();
    for (var gpu : gpus) {
      var parts = reader.read(gpu, neighbours.getOrDefault(gpu.uuid(), List.of()));
      var seen = parts.stream()
          .map(DeviceReader.NvmlDevice::detected)
          .map(this::withLastKnown)
          .toList();
      detecteds.addAll(seen);
      before.put(gpu.number(), seen);
      now.addAll(parts);
    }
    nvmlDevice = now;
  }

  /** Returns the last known state of a device that no longer answers, as unhealthy. */
  private DetectedDevice withLastKnown(DetectedDevice now) {
    if (!(now.device().health() instanceof DeviceHealth.Unhealthy unhealthy)
        || (unhealthy.cause() != DeviceHealth.Cause.GONE
            && unhealthy.cause() != DeviceHealth.Cause.NEEDS_RESET)) {
      return now;
    }
    return before.getOrDefault(now.number(), List.of()).stream()
        .filter(known -> known.uuid().equals(now.uuid()))
        .findFirst()
        .map(known -> known.withHealth(now.device().health()))
        .orElse(now);
  }

  List<DeviceUsage> sample() {
    return nvmlDevice.stream().map(this::sample).flatMap(Optional::stream).toList();
  }

  private Optional<DeviceUsage> sample(DeviceReader.NvmlDevice device) {
    var memory = nvml.memory(device.handle());
    if (memory instanceof NvmlResult.Failure<Nvml.Memory>(var error)
        && error.meaning() != ReturnCode.Meaning.NOT_AVAILABLE) {
      return Optional.empty();
    }
    var rates = nvml.utilisation(device.handle()).toOptional();
    var load = new DeviceLoad(
        percent(rates.map(Nvml.UtilisationRates::gpu)),
        percent(rates.map(Nvml.UtilisationRates::memory)),
        memory.toOptional().map(it -> OptionalLong.of(it.used())).orElse(OptionalLong.empty()),
        nvml.temperature(device.gpu())
            .toOptional()
            .map(OptionalInt::of)
            .orElse(OptionalInt.empty()));
    return Optional.of(new DeviceUsage(
        device.detected().uuid(),
        load,
        nvml.processes(device.handle()).toOptional().orElse(List.of())));
  }

  private static OptionalInt percent(Optional<Integer> number) {
    return number
        .filter(it -> it >= 0 && it <= 100)
        .map(OptionalInt::of)
        .orElse(OptionalInt.empty());
  }

  void close() {
    watch.close();
    nvml.shutdown();
  }
}
