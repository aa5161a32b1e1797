package io.mobula.cli;

import io.mobula.Mobula;
import io.mobula.error.MobulaException;
import io.mobula.info.GpuInfo;
import io.mobula.info.NodeInfo;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Shares of this host's accelerators that the nodes of a cluster have granted.
 *
 * @param used granted share by device UUID, from 0 to 1; empty where no node was asked
 */
record GpuShares(Map<String, Double> used) {
  /** Empty shares, for when no node was asked. */
  static final GpuShares UNKNOWN = new GpuShares(Map.of());

  GpuShares {
    used = Map.copyOf(used);
  }

  /**
   * Connects to a node as a driver, asks for the granted shares, and disconnects.
   *
   * @param address of the node; null if there is none
   * @param warn receives the reason why the node could not be asked
   */
  static GpuShares of(@Nullable String address, Consumer<String> warn) {
    if (address == null) {
      return UNKNOWN;
    }
    var settings = Mobula.settings().storeCapacity(1 << 20);
    try (var runtime = Mobula.connect(address, settings)) {
      Map<String, Double> used = new HashMap<>();
      for (var node : StatusCommand.awaitDescribedNodes(runtime)) {
        if (isHere(node)) {
          for (GpuInfo gpu : node.gpus()) {
            used.merge(gpu.uuid(), gpu.used(), Double::sum);
          }
        }
      }
      return new GpuShares(used);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return UNKNOWN;
    } catch (MobulaException e) {
      warn.accept("node " + address + " was not asked what it has granted: " + e.getMessage());
      return UNKNOWN;
    }
  }

  private static boolean isHere(NodeInfo node) {
    try {
      return node.host().equals(InetAddress.getLocalHost().getHostName());
    } catch (UnknownHostException e) {
      return false;
    }
  }

  /** Returns the granted share of a device, or null where it is not known. */
  @Nullable
  Double of(String uuid) {
    return used.get(uuid);
  }
}
