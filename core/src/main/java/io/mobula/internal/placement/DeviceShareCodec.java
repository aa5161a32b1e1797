package io.mobula.internal.placement;

import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.ledger.DeviceShare;
import io.mobula.spi.Device;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Codec of a lease's accelerators: encodes what their holder may ask, without their distances. */
final class DeviceShareCodec {
  private DeviceShareCodec() {}

  static void write(FrameWriter out, List<DeviceShare> shares) {
    out.list(shares, (to, share) -> {
      var device = share.device();
      to.int32(device.index()).text(device.uuid()).text(device.model());
      to.int64(device.memoryBytes()).text(device.architecture());
      to.text(device.unhealthyReason().orElse("")).int64(share.units());
    });
  }

  static List<DeviceShare> read(FrameReader frame) {
    return frame.list(in -> {
      int index = in.int32();
      var uuid = in.text();
      var model = in.text();
      long memory = in.int64();
      var architecture = in.text();
      var illness = in.text();
      var device = new Device(
          index,
          uuid,
          model,
          memory,
          architecture,
          Map.of(),
          illness.isEmpty() ? Optional.empty() : Optional.of(illness));
      return new DeviceShare(device, in.int64());
    });
  }
}
