package io.mobula.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.NodeId;
import io.mobula.Settings;
import io.mobula.internal.process.ChildJvm;
import io.mobula.internal.process.Ready;
import io.mobula.internal.process.WorkerMain;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A node in a process of its own, that is to go in one way or another.
 *
 * @param process its JVM
 * @param ready what it is to others
 */
record SoakNode(ChildJvm process, Ready ready) {
  private static final Duration START = Duration.ofMinutes(3);

  /** The first of a cluster. */
  static SoakNode first(Settings settings) {
    return start(settings.listen(0));
  }

  /** One more. */
  static SoakNode joining(Settings settings, String seed) {
    return start(settings.join(seed));
  }

  private static SoakNode start(Settings settings) {
    var plan = WorkerMain.plan("node")
        .flags(List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    var process = ChildJvm.start(plan, (stream, line) -> {});
    process.tell(
        WorkerMain.told(settings.set("mobula.cluster.join-timeout", START.toMillis() + "ms")));
    return new SoakNode(process, process.awaitReady(START));
  }

  NodeId id() {
    return ready.node();
  }

  String address() {
    return ready.address();
  }

  /** As {@code kill -9}. */
  void kill() {
    process.kill();
  }

  /** As {@code kill}. */
  void terminate() {
    ProcessHandle.of(process.pid()).ifPresent(ProcessHandle::destroy);
  }

  /** Asks it to go, and sees that it does. */
  void leave() {
    assertThat(process.end(SoakIT.leaving())).as("%s", this).isEqualTo(ChildJvm.End.ASKED);
  }

  /** It goes in the time that leaving and closing have. */
  void awaitGone() throws InterruptedException, ExecutionException {
    try {
      process.ended().toCompletableFuture().get(SoakIT.leaving().toSeconds(), TimeUnit.SECONDS);
    } catch (TimeoutException late) {
      throw new AssertionError(
          this + " has not gone within " + SoakIT.leaving() + ":\n"
              + String.join("\n", process.lastLines()),
          late);
    }
  }

  @Override
  public String toString() {
    return "node " + id() + " (pid " + process.pid() + ")";
  }
}
