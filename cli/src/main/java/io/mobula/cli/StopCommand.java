package io.mobula.cli;

import io.mobula.cli.NodeRegistry.RegisteredNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Command {@code mobula stop}, which ends the nodes that this user has started on this host. */
@Command(
    name = "stop",
    description = {
      "Ends the nodes that you have started on this host: asks them to leave, waits, kills those that do not.",
      "With --all --address, asks all nodes of that cluster to leave, and kills none.",
      "Exit code 3 when there is none, 1 when one had to be killed."
    },
    mixinStandardHelpOptions = true)
final class StopCommand implements Callable<Integer> {
  private static final Duration DYING = Duration.ofSeconds(5);

  @Spec
  private CommandSpec spec;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "30",
      description = "How long they may take to leave (${DEFAULT-VALUE}).")
  private int timeout;

  @Option(names = "--all", description = "All nodes of the cluster at --address, on every host.")
  private boolean all;

  @Option(
      names = "--address",
      paramLabel = "HOST:PORT",
      converter = HostAndPort.Converter.class,
      description = "A node of the cluster that --all ends.")
  private @Nullable HostAndPort address;

  /** Ends all nodes at the same time and prints the outcome for each. */
  @Override
  public Integer call() throws IOException, InterruptedException {
    if (all != (address != null)) {
      throw new ParameterException(
          spec.commandLine(), "mobula stop: --all and --address HOST:PORT belong together");
    }
    return address == null ? stopOwn() : ClusterStop.run(address, timeout, out(), err());
  }

  private int stopOwn() throws IOException, InterruptedException {
    var nodes = NodeRegistry.ofThisUser().alive();
    if (nodes.isEmpty()) {
      out().println("no node of yours runs on this host");
      return ExitCode.NOTHING_TO_DO;
    }
    for (var node : nodes) {
      signal(node, ProcessHandle::destroy);
    }
    long start = System.nanoTime();
    long end = start + Duration.ofSeconds(timeout).toNanos();
    int exit = ExitCode.DONE;
    for (var node : nodes) {
      exit = Math.max(exit, end(node, start, end));
    }
    return exit;
  }

  private int end(RegisteredNode node, long start, long end)
      throws IOException, InterruptedException {
    if (goneBy(node, end)) {
      out()
          .println(node.entry() + " has left after "
              + String.format(Locale.ROOT, "%.1f", (System.nanoTime() - start) / 1e9) + " s");
      return ExitCode.DONE;
    }
    signal(node, ProcessHandle::destroyForcibly);
    if (!goneBy(node, System.nanoTime() + DYING.toNanos())) {
      err().println("mobula stop: " + node.entry() + " does not end, even when killed");
      return ExitCode.FAILED;
    }
    out().println(node.entry() + " did not leave within " + timeout + " s and was killed");
    return ExitCode.FAILED;
  }

  /**
   * Signals the node's process. The handle signals only the process that it was taken for, as it
   * compares start times. It is the node's if the node still lives after the handle was taken.
   */
  private static void signal(RegisteredNode node, Predicate<ProcessHandle> signal)
      throws IOException {
    var process = ProcessHandle.of(node.entry().pid());
    if (process.isPresent() && node.isAlive()) {
      var _ = signal.test(process.get()); // the lock tells whether the process has ended
    }
  }

  private static boolean goneBy(RegisteredNode node, long end)
      throws IOException, InterruptedException {
    while (node.isAlive()) {
      if (System.nanoTime() - end >= 0) {
        return false;
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
    NodeRegistry.remove(node.life());
    return true;
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }

  private PrintWriter err() {
    return spec.commandLine().getErr();
  }
}
