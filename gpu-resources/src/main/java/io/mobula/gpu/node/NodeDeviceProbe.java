package io.mobula.gpu.node;

import io.mobula.gpu.Accelerator;
import io.mobula.gpu.AcceleratorProbe;
import io.mobula.gpu.DeviceHealth;
import io.mobula.gpu.DeviceNeighbour;
import io.mobula.gpu.Vendor;
import io.mobula.spi.Device;
import io.mobula.spi.DeviceProbe;
import java.util.Optional;
import java.util.stream.Collectors;

/** Adapter from the accelerator probe to the port that a node uses. */
final class NodeDeviceProbe implements DeviceProbe {
  private final AcceleratorProbe probe;

  NodeDeviceProbe(AcceleratorProbe probe) {
    this.probe = probe;
  }

  @Override
  public DetectedDevices probe() {
    var result = probe.probe();
    return new DetectedDevices(
        result.devices().stream().map(NodeDeviceProbe::device).toList(),
        result.warnings().stream()
            .map(warning -> warning.source() + ": " + warning.cause())
            .toList());
  }

  private static Device device(Accelerator accelerator) {
    var model = accelerator.model();
    return new Device(
        accelerator.index(),
        accelerator.uuid(),
        model.vendor() == Vendor.DECLARED ? "" : model.name(),
        model.memoryBytes(),
        model.architecture(),
        accelerator.location().neighbours().stream()
            .collect(Collectors.toMap(DeviceNeighbour::uuid, to -> to.link().distance())),
        unhealthyReason(accelerator.health()));
  }

  private static Optional<String> unhealthyReason(DeviceHealth health) {
    return switch (health) {
      case DeviceHealth.Healthy() -> Optional.empty();
      case DeviceHealth.Unhealthy(var cause, var reason) -> Optional.of(reason);
    };
  }

  @Override
  public void close() {
    probe.close();
  }
}
