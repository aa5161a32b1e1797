package io.mobula.cli;

import io.mobula.GpuInfo;
import io.mobula.Mobula;
import io.mobula.NodeInfo;
import io.mobula.error.MobulaException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How much of each accelerator of this host the nodes of a cluster have granted.
 *
 * @param used by UUID, from 0 to 1; empty where no node was asked
 */
record GpuShares(Map<String, Double> used) {
  /** Nobody was asked. */
  static final GpuShares UNKNOWN = new GpuShares(Map.of());

  GpuShares {
    used = Map.copyOf(used);
  }

  /**
   * Connects to a node as a driver, asks, and leaves.
   *
   * @param address where it listens; null if there is none
   * @param warn is told why it cannot be asked
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

  /** Of that device; null where that is not known. */
  @Nullable
  Double of(String uuid) {
    return used.get(uuid);
  }
}
