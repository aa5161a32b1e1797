package io.mobula.cli;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.Settings;
import io.mobula.internal.process.ChildPlan;
import io.mobula.internal.process.WorkerMain;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Command {@code mobula start}, which runs a node on this host: the first of a cluster, or one
 * more.
 */
@Command(
    name = "start",
    description = {
      "Starts a node: the first of a cluster (--head), or one that joins (--address).",
      "It runs until Ctrl-C or 'mobula stop'; with --detach it lives on by itself and this returns when it is up."
    },
    mixinStandardHelpOptions = true)
final class StartCommand implements Callable<Integer> {
  private static final Duration LOOK = Duration.ofMillis(500);

  /** Default port of the first node of a cluster. */
  static final int HEAD_PORT = 7171;

  @Spec
  private CommandSpec spec;

  @ArgGroup(multiplicity = "1")
  private ClusterChoice cluster = new ClusterChoice();

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description = "Where it listens: 0 is a free port (--head: " + HEAD_PORT + ", else 0).")
  private @Nullable Integer port;

  @Mixin
  private NodeOptions options = new NodeOptions();

  @Option(names = "--detach", description = "Run in the background; print where it logs.")
  private boolean detach;

  @Option(
      names = "--start-timeout",
      paramLabel = "SECONDS",
      defaultValue = "60",
      description = "How long --detach waits until the node is up (${DEFAULT-VALUE}).")
  private int startTimeout;

  @Option(names = DetachedNodeLauncher.LOG_OPTION, hidden = true)
  private @Nullable Path log;

  /** Choice between a new cluster and joining an existing one. */
  private static final class ClusterChoice {
    @Option(names = "--head", required = true, description = "Form a new cluster.")
    private boolean head;

    @Option(
        names = "--address",
        required = true,
        paramLabel = "HOST:PORT",
        converter = HostAndPort.Converter.class,
        description = "Join the cluster of the node there.")
    private @Nullable HostAndPort address;
  }

  /** Runs the node, or launches a process that runs it. */
  @Override
  public Integer call() throws IOException, InterruptedException {
    var settings = settings();
    var registry = NodeRegistry.ofThisUser();
    if (detach) {
      return new DetachedNodeLauncher(
              registry, options.classPath(), Duration.ofSeconds(startTimeout))
          .start(spec.commandLine().getParseResult().originalArgs(), out(), err());
    }
    if (!options.classPath().isLoaded()) {
      throw new ParameterException(
          spec.commandLine(),
          "--class-path is not on the class path of this JVM: start nodes by bin/mobula, which puts it there");
    }
    if (log != null) {
      LogRedirection.redirectTo(log, settings);
    }
    if (log != null && !SessionLeader.becomeLeader()) {
      err()
          .println("mobula start: no session of its own; Ctrl-C in the terminal may end this node");
    }
    return run(settings, registry);
  }

  private int run(Settings settings, NodeRegistry registry)
      throws IOException, InterruptedException {
    var entry = new NodeEntry(
        ProcessHandle.current().pid(),
        NodeEntry.State.STARTING,
        null,
        null,
        log == null ? null : log.toString(),
        Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    var registration = registry.register(entry);
    System.setProperty(WorkerMain.STARTED_PROPERTY, "true");
    System.setProperty(ChildPlan.USER_CLASSES, options.classPath().toString());
    try (var runtime = Mobula.init(settings)) {
      var up = entry.up(runtime.nodeId().toString(), runtime.nodes().getFirst().address());
      registration.write(up);
      tell(up);
      return awaitClosed(runtime);
    }
  }

  private void tell(NodeEntry up) {
    out().println(up + " is up");
    if (cluster.head) {
      out().println("more nodes:  mobula start --address " + up.address());
      out().println("what it has: mobula status --address " + up.address());
    }
    out().flush();
  }

  /**
   * Waits until the node closes. A signal ends the JVM meanwhile; a node that closes by itself is a
   * failure.
   */
  private int awaitClosed(MobulaRuntime runtime) throws InterruptedException {
    var ending = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform().name("mobula-signal-hook").unstarted(ending::countDown));
    while (!runtime.awaitClosed(LOOK)) {
      if (ending.getCount() == 0) {
        new CountDownLatch(1).await(); // the JVM exits with the code of the signal
      }
    }
    if (ending.getCount() > 0) {
      err()
          .println(
              "mobula start: the node has closed: its cluster took it for dead, or it was asked to leave");
    }
    return ExitCode.FAILED;
  }

  private Settings settings() {
    var settings = options.settings();
    return settings
        .set("mobula.cluster.listen", true)
        .set("mobula.cluster.port", port == null ? cluster.head ? HEAD_PORT : 0 : port)
        .set("mobula.cluster.seeds", cluster.address == null ? "" : cluster.address.toString());
  }

  /**
   * Returns the output: a node that logs to a file prints there, and not where this process began
   * to print.
   */
  private PrintWriter out() {
    return log == null
        ? spec.commandLine().getOut()
        : new PrintWriter(System.out, true, StandardCharsets.UTF_8);
  }

  private PrintWriter err() {
    return log == null
        ? spec.commandLine().getErr()
        : new PrintWriter(System.err, true, StandardCharsets.UTF_8);
  }
}
