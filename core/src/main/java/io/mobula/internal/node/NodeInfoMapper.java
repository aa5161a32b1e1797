package io.mobula.internal.node;

import io.mobula.MobulaRuntime.StoreUsage;
import io.mobula.info.GpuInfo;
import io.mobula.info.NodeInfo;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.placement.ClusterResourceView;
import io.mobula.placement.Resources;
import io.mobula.spi.DeviceView;
import io.mobula.spi.NodeView;
import java.util.List;
import java.util.Optional;

/** Mapper from peers and their reports to the {@link NodeInfo} that users get. */
final class NodeInfoMapper {
  private NodeInfoMapper() {}

  /** Maps another process, with the resources of its last report. */
  static NodeInfo of(Peer peer, NodeInfo.State status, ClusterResourceView views) {
    var view = views.now().node(peer.id());
    var store = views.store(peer.id());
    boolean drains =
        peer.role() != Peer.Role.DRIVER && view.isPresent() && !view.get().acceptsWork();
    return of(
        peer,
        drains && status == NodeInfo.State.ALIVE ? NodeInfo.State.LEAVING : status,
        view.map(NodeView::total).orElse(Resources.none()),
        view.map(NodeView::available).orElse(Resources.none()),
        store == null ? new StoreUsage(0, 0, 0, 0, 0) : store,
        view.map(NodeView::devices).orElse(List.of()));
  }

  /** Maps a process whose resources are known directly. */
  static NodeInfo of(
      Peer peer,
      NodeInfo.State status,
      Resources total,
      Resources available,
      StoreUsage store,
      List<DeviceView> devices) {
    return new NodeInfo(
        peer.id(),
        peer.name(),
        peer.address(),
        peer.host(),
        peer.pid(),
        role(peer.role()),
        peer.labels(),
        status,
        total,
        available,
        store,
        devices.stream().map(NodeInfoMapper::gpu).toList());
  }

  private static NodeInfo.Role role(Peer.Role role) {
    return switch (role) {
      case NODE -> NodeInfo.Role.NODE;
      case WORKER -> NodeInfo.Role.WORKER;
      case DRIVER -> NodeInfo.Role.DRIVER;
    };
  }

  private static GpuInfo gpu(DeviceView device) {
    double one = Resources.UNITS_PER_ONE;
    return new GpuInfo(
        device.index(),
        device.uuid(),
        device.model(),
        device.memoryBytes(),
        device.total() / one,
        device.used() / one,
        device.unhealthyReason().isEmpty()
            ? Optional.empty()
            : Optional.of(device.unhealthyReason()));
  }
}
