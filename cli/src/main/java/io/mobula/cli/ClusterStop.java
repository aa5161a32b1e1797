package io.mobula.cli;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.error.InvalidRequestException;
import io.mobula.info.NodeInfo;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Shutdown of a whole cluster: connects as a driver and asks all nodes, on every host, to leave.
 */
final class ClusterStop {
  private final MobulaRuntime runtime;
  private final PrintWriter out;
  private final PrintWriter err;

  private ClusterStop(MobulaRuntime runtime, PrintWriter out, PrintWriter err) {
    this.runtime = runtime;
    this.out = out;
    this.err = err;
  }

  /** Returns the exit code, which is 0 when all nodes have left within {@code timeout} seconds. */
  static int run(HostAndPort address, int timeout, PrintWriter out, PrintWriter err)
      throws InterruptedException {
    var settings = Mobula.settings().storeCapacity(1 << 20);
    try (var runtime = Mobula.connect(address.toString(), settings)) {
      return new ClusterStop(runtime, out, err).stop(timeout);
    }
  }

  private int stop(int timeout) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(timeout);
    var asked = nodes();
    asked.stream().filter(node -> node.role() == NodeInfo.Role.NODE).forEach(this::dismiss);
    var left = asked;
    while (!left.isEmpty() && System.nanoTime() - end < 0) {
      TimeUnit.MILLISECONDS.sleep(100);
      left = nodes();
    }
    var silent = left.stream().map(NodeInfo::id).toList();
    for (var node : asked) {
      if (!silent.contains(node.id())) {
        out.println(describe(node) + " has left");
      }
    }
    left.forEach(node -> err.println("mobula stop: " + describe(node) + " is still there after "
        + timeout + " s; on its host, 'mobula stop' kills it"));
    return left.isEmpty() ? ExitCode.DONE : ExitCode.FAILED;
  }

  /**
   * Returns all processes that are to leave. Workers are not asked themselves: their nodes would
   * start them again, and take them along when they leave.
   */
  private List<NodeInfo> nodes() {
    return runtime.nodes().stream()
        .filter(node -> node.role() != NodeInfo.Role.DRIVER)
        .toList();
  }

  private void dismiss(NodeInfo node) {
    try {
      runtime.dismiss(node.id());
    } catch (InvalidRequestException e) {
      err.println("mobula stop: " + describe(node) + " left by itself meanwhile");
    }
  }

  private static String describe(NodeInfo node) {
    return "node " + node.id() + " (" + node.address() + ", host " + node.host() + ", pid "
        + node.pid() + ")";
  }
}
