package io.mobula.gpu.node;

import io.mobula.gpu.probe.HostAcceleratorProbe;
import io.mobula.gpu.probe.ProbeSettings;
import io.mobula.spi.DeviceProbe;
import io.mobula.spi.DeviceProbeFactory;
import java.util.OptionalInt;

/** Factory of this host's probe for a node. Made by {@link java.util.ServiceLoader}. */
public final class NodeDeviceProbeFactory implements DeviceProbeFactory {

  /** Creates the factory for {@link java.util.ServiceLoader}. */
  public NodeDeviceProbeFactory() {}

  @Override
  public DeviceProbe open(OptionalInt declared) {
    var settings = ProbeSettings.ofThisProcess();
    return new NodeDeviceProbe(HostAcceleratorProbe.open(
        declared.isPresent() ? settings.declared(declared.getAsInt()) : settings));
  }
}
