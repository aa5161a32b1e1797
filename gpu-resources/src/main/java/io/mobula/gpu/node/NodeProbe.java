package io.mobula.gpu.node;

import io.mobula.gpu.Accelerator;
import io.mobula.gpu.Health;
import io.mobula.gpu.Neighbour;
import io.mobula.gpu.ResourceProbe;
import io.mobula.gpu.Vendor;
import io.mobula.spi.Device;
import io.mobula.spi.DeviceProbe;
import java.util.Optional;
import java.util.stream.Collectors;

/** The probe of a host as a node asks it. */
final class NodeProbe implements DeviceProbe {
  private final ResourceProbe probe;

  NodeProbe(ResourceProbe probe) {
    this.probe = probe;
  }

  @Override
  public Found look() {
    var probed = probe.probe();
    return new Found(
        probed.devices().stream().map(NodeProbe::device).toList(),
        probed.warnings().stream()
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
        accelerator.place().neighbours().stream()
            .collect(Collectors.toMap(Neighbour::uuid, to -> to.link().distance())),
        illness(accelerator.health()));
  }

  private static Optional<String> illness(Health health) {
    return switch (health) {
      case Health.Healthy() -> Optional.empty();
      case Health.Ill(var cause, var reason) -> Optional.of(reason);
    };
  }

  @Override
  public void close() {
    probe.close();
  }
}
