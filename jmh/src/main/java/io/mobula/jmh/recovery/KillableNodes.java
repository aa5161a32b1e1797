package io.mobula.jmh.recovery;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.NodeId;
import io.mobula.Settings;
import io.mobula.internal.process.ChildJvm;
import io.mobula.internal.process.WorkerMain;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Two nodes in processes of their own and a driver in this process; a killed node is replaced by a
 * new one. For one thread.
 */
final class KillableNodes implements AutoCloseable {
  private static final Duration START = Duration.ofMinutes(3);
  private static final int FIRST_HOST = 2;

  private final Settings settings;
  private final boolean separateHosts;
  private final List<String> flags;
  private final PrintStream progress;
  private final List<ChildJvm> nodes = new ArrayList<>();
  private final MobulaRuntime driver;
  private int started;

  /**
   * Starts the driver and both nodes.
   *
   * @param apart whether each process stands for a host of its own
   * @param heapBytes heap size of each node
   */
  KillableNodes(Settings settings, boolean apart, long heapBytes, PrintStream progress) {
    this.settings = settings;
    this.separateHosts = apart;
    this.flags = List.of("-Xmx" + (heapBytes >> 20) + "m", "-XX:+UseSerialGC");
    this.progress = progress;
    this.driver = Mobula.init(nextSettings().listen(0).set("mobula.resources.cpus", 0));
    startMissing();
  }

  private Settings nextSettings() {
    int host = FIRST_HOST + started++;
    return separateHosts
        ? settings
            .set("mobula.cluster.host", "127.0.0." + host)
            .set("mobula.store.share-host", "host-" + host)
        : settings;
  }

  /** Starts nodes until there are two again. */
  void startMissing() {
    while (nodes.size() < 2) {
      var plan = WorkerMain.plan("node").flags(flags);
      var jvm = ChildJvm.start(plan, (stream, line) -> progress.println(stream + " " + line));
      nodes.add(jvm);
      jvm.sendLine(
          WorkerMain.settingsLine(nextSettings().join(driver.nodes().getFirst().address())));
      jvm.awaitReady(START);
    }
  }

  MobulaRuntime driver() {
    return driver;
  }

  NodeId first() {
    return nodes.getFirst().awaitReady(START).node();
  }

  /**
   * Kills the first node as {@code kill -9} does; returns the time of the kill on the clock of
   * {@link System#nanoTime()}.
   */
  long killFirst() {
    var victim = nodes.removeFirst();
    long now = System.nanoTime();
    victim.kill();
    return now;
  }

  @Override
  public void close() {
    driver.close();
    nodes.forEach(ChildJvm::kill);
  }
}
