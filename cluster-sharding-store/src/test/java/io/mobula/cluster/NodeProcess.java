package io.mobula.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.NodeId;
import io.mobula.Settings;
import io.mobula.internal.process.ChildJvm;
import io.mobula.internal.process.WorkerMain;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Node in a process of its own, started as Mobula starts one, which a test kills, stops and wakes.
 * It ends with the test's JVM. For one thread.
 */
final class NodeProcess implements AutoCloseable {
  private static final Duration START = Duration.ofMinutes(3);

  private final ChildJvm jvm;

  private NodeProcess(ChildJvm jvm) {
    this.jvm = jvm;
  }

  /** Starts the first node of a cluster, which listens. */
  static NodeProcess first(Settings settings) {
    return start(settings.listen(0));
  }

  /** Starts a node that joins a cluster. */
  static NodeProcess joining(Settings settings, String seed) {
    return start(settings.set("mobula.cluster.join-timeout", "60s").join(seed));
  }

  /** Starts a node with exactly these settings, without waiting for it. */
  static NodeProcess start(Settings settings) {
    var plan = WorkerMain.plan("node")
        .flags(List.of("-Xmx192m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    var jvm = ChildJvm.start(plan, (stream, line) -> {});
    jvm.sendLine(WorkerMain.settingsLine(settings));
    return new NodeProcess(jvm);
  }

  /**
   * Returns the settings of a node that stands for a host: an address of its own, and memory that
   * it shares with nobody.
   *
   * @param number from 2 to 254
   */
  static Settings host(Settings settings, int number) {
    return settings
        .set("mobula.cluster.host", "127.0.0." + number)
        .set("mobula.store.share-host", "host" + number);
  }

  /** Waits until the node is a member. */
  NodeProcess up() {
    jvm.awaitReady(START);
    return this;
  }

  /** Returns whether the node has become a member. */
  boolean isUp() {
    var ready = jvm.ready().toCompletableFuture();
    return ready.isDone() && !ready.isCompletedExceptionally();
  }

  NodeId id() {
    return jvm.awaitReady(START).node();
  }

  String address() {
    return jvm.awaitReady(START).address();
  }

  long pid() {
    return jvm.pid();
  }

  boolean isAlive() {
    return jvm.isAlive();
  }

  /** Kills the process as {@code kill -9} does, and returns when it is gone. */
  void kill() {
    jvm.kill();
  }

  /** Terminates the process as {@code kill} does, without waiting. */
  void terminate() {
    ProcessHandle.of(pid()).ifPresent(ProcessHandle::destroy);
  }

  /** Stops the process with SIGSTOP. */
  void stop() throws IOException, InterruptedException {
    signal("-STOP", pid());
  }

  /** Lets the process continue with SIGCONT. */
  void wake() throws IOException, InterruptedException {
    signal("-CONT", pid());
  }

  /** Sends a signal to several processes at once. */
  static void signal(String signal, long... pids) throws IOException, InterruptedException {
    var command = Stream.concat(
            Stream.of("kill", signal), LongStream.of(pids).mapToObj(String::valueOf))
        .toList();
    assertThat(new ProcessBuilder(command).inheritIO().start().waitFor())
        .as("%s", command)
        .isZero();
  }

  /** Asks the node to leave, and checks that it does. */
  void leave(Duration limit) {
    assertThat(jvm.end(limit)).as("%s", this).isEqualTo(ChildJvm.EndKind.ON_REQUEST);
  }

  /** Waits until the process ends by itself, and returns its exit code. */
  int awaitEnd(Duration limit) throws InterruptedException, ExecutionException {
    try {
      return jvm.ended().toCompletableFuture().get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException late) {
      throw new AssertionError(this + " has not ended within " + limit + ":\n" + lastLines(), late);
    }
  }

  /** Returns the last lines that the process wrote. */
  String lastLines() {
    return String.join("\n", jvm.lastLines());
  }

  /** Returns the process ids of these nodes. */
  static long[] pids(NodeProcess... nodes) {
    return Arrays.stream(nodes).mapToLong(NodeProcess::pid).toArray();
  }

  @Override
  public void close() {
    jvm.kill();
  }

  @Override
  public String toString() {
    return jvm.toString();
  }
}
