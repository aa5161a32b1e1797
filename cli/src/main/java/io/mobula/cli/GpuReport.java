package io.mobula.cli;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.mobula.gpu.Accelerator;
import io.mobula.gpu.DeviceHealth;
import io.mobula.gpu.DeviceLoad;
import io.mobula.gpu.DeviceUsage;
import io.mobula.gpu.MigInstance;
import io.mobula.gpu.ProbeResult;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Output of {@code mobula gpus} as JSON. The names are a contract with scripts: names may be added,
 * but never change. Unknown values are null.
 *
 * @param accelerators devices that this process may use, each at its index
 * @param warnings reasons why a source of devices could not be asked
 */
@JsonPropertyOrder({"accelerators", "warnings"})
record GpuReport(List<Device> accelerators, List<WarningEntry> warnings) {
  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  GpuReport {
    accelerators = List.copyOf(accelerators);
    warnings = List.copyOf(warnings);
  }

  /**
   * State of one device.
   *
   * @param vendor {@code nvidia}, {@code amd} or {@code declared}
   * @param memory size in bytes
   * @param shares part of the device that Mobula has granted, from 0 to 1; null where no node was
   *     asked
   */
  @JsonPropertyOrder({
    "index",
    "uuid",
    "vendor",
    "model",
    "memory",
    "architecture",
    "health",
    "shares",
    "pci",
    "numa",
    "mig",
    "neighbours",
    "load"
  })
  record Device(
      int index,
      String uuid,
      String vendor,
      String model,
      @Nullable Long memory,
      @Nullable String architecture,
      HealthEntry health,
      @Nullable Double shares,
      @Nullable String pci,
      @Nullable Integer numa,
      @Nullable MigPart mig,
      List<PeerDevice> neighbours,
      @Nullable LoadEntry load) {}

  /**
   * Health of a device.
   *
   * @param cause for programs, such as {@code gone}; null if the device is healthy
   * @param reason for people
   */
  @JsonPropertyOrder({"healthy", "cause", "reason"})
  record HealthEntry(
      boolean healthy, @Nullable String cause, @Nullable String reason) {}

  /** MIG instance as a part of its parent GPU. */
  @JsonPropertyOrder({"parent", "gpuInstance", "computeInstance"})
  record MigPart(String parent, int gpuInstance, int computeInstance) {}

  /**
   * Device near this one.
   *
   * @param link kind of connection, such as {@code nvlink}
   */
  @JsonPropertyOrder({"uuid", "link"})
  record PeerDevice(String uuid, String link) {}

  /** Load of a device in per cent, bytes and degrees; null where the device does not answer. */
  @JsonPropertyOrder({"compute", "memory", "used", "celsius", "processes"})
  record LoadEntry(
      @Nullable Integer compute,
      @Nullable Integer memory,
      @Nullable Long used,
      @Nullable Integer celsius,
      List<DeviceProcess> processes) {}

  /** Process that uses a device, and its device memory in bytes. */
  @JsonPropertyOrder({"pid", "memory"})
  record DeviceProcess(long pid, @Nullable Long memory) {}

  /** Warning of one source of devices. */
  @JsonPropertyOrder({"source", "cause"})
  record WarningEntry(String source, String cause) {}

  static GpuReport of(ProbeResult result, List<DeviceUsage> samples, GpuShares shares) {
    Map<String, DeviceUsage> byDevice =
        samples.stream().collect(Collectors.toMap(DeviceUsage::uuid, Function.identity()));
    return new GpuReport(
        result.devices().stream()
            .map(device -> device(device, shares.of(device.uuid()), byDevice.get(device.uuid())))
            .toList(),
        result.warnings().stream()
            .map(warning -> new WarningEntry(warning.source(), warning.cause()))
            .toList());
  }

  private static Device device(
      Accelerator device, @Nullable Double shares, @Nullable DeviceUsage sample) {
    var location = device.location();
    return new Device(
        device.index(),
        device.uuid(),
        word(device.model().vendor()),
        device.model().name(),
        device.model().memoryBytes() == 0 ? null : device.model().memoryBytes(),
        known(device.model().architecture()),
        condition(device.health()),
        shares,
        known(location.pciAddress()),
        known(location.numaNode()),
        location.mig().map(GpuReport::part).orElse(null),
        location.neighbours().stream()
            .map(near -> new PeerDevice(near.uuid(), word(near.link())))
            .toList(),
        sample == null ? null : use(sample));
  }

  private static HealthEntry condition(DeviceHealth health) {
    return switch (health) {
      case DeviceHealth.Healthy _ -> new HealthEntry(true, null, null);
      case DeviceHealth.Unhealthy(var cause, var reason) ->
        new HealthEntry(false, word(cause), reason);
    };
  }

  private static MigPart part(MigInstance mig) {
    return new MigPart(mig.parent(), mig.gpuInstance(), mig.computeInstance());
  }

  private static LoadEntry use(DeviceUsage sample) {
    DeviceLoad load = sample.load();
    return new LoadEntry(
        known(load.computePercent()),
        known(load.memoryPercent()),
        known(load.usedBytes()),
        known(load.celsius()),
        sample.processes().stream()
            .map(process -> new DeviceProcess(process.pid(), known(process.memoryBytes())))
            .toList());
  }

  private static @Nullable String known(String text) {
    return text.isEmpty() ? null : text;
  }

  private static @Nullable Integer known(OptionalInt number) {
    return number.isPresent() ? number.getAsInt() : null;
  }

  private static @Nullable Long known(OptionalLong number) {
    return number.isPresent() ? number.getAsLong() : null;
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  String json() {
    try {
      return MAPPER.writeValueAsString(this);
    } catch (JsonProcessingException e) { // cannot happen for strings and numbers
      throw new IllegalStateException("Cannot write " + this, e);
    }
  }
}
