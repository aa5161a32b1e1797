package io.mobula.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.mobula.LocalCluster;
import io.mobula.Mobula;
import io.mobula.NodeId;
import io.mobula.error.ActorDiedException;
import io.mobula.error.NodeLostException;
import io.mobula.placement.Placement;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/**
 * Test that work that calls {@link System#exit} is noticed at once. A leaving node waits for work
 * of others for half of its leave timeout, here two minutes, and must not wait for work that never
 * ends.
 */
@Tag("long")
@Timeout(180)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SystemExitIT {
  /** Duration far below half of the leave timeout, and far above what a slow machine takes. */
  private static final Duration SOON = Duration.ofSeconds(40);

  private static final String LEAVE_TIMEOUT = "mobula.cluster.leave-timeout";

  private LocalCluster cluster;
  private int used;

  static int exit() {
    System.exit(3);
    return 1;
  }

  static int exitInAThread() throws Exception {
    var thread = new Thread(SystemExitIT::exit);
    thread.start();
    thread.join();
    return 1;
  }

  static int exitInAPool() throws Exception {
    try (var pool = Executors.newSingleThreadExecutor()) {
      return pool.submit(SystemExitIT::exit).get();
    }
  }

  static int exitInParallel() {
    return IntStream.range(0, 64).parallel().map(i -> i == 40 ? exit() : i).sum();
  }

  static class ExitingActor {
    int exit() {
      return SystemExitIT.exit();
    }

    int one() {
      return 1;
    }
  }

  @BeforeAll
  void open() {
    cluster = LocalCluster.builder()
        .nodes(5)
        .cpusPerNode(1)
        .settings(Mobula.settings().set(LEAVE_TIMEOUT, "240s"))
        .jvmFlags("-Xmx128m")
        .startTimeout(Duration.ofMinutes(2))
        .start();
  }

  @AfterAll
  void close() {
    cluster.close();
  }

  private NodeId another() {
    return cluster.nodes().get(used++).id();
  }

  private void hearsOf(io.mobula.Fn0<Integer> work) {
    var ref = cluster
        .runtime()
        .task(work)
        .placement(Placement.on(another()))
        .maxRetries(0)
        .remote();
    assertThatThrownBy(() -> ref.get(SOON))
        .isInstanceOf(NodeLostException.class)
        .hasMessageContaining("System.exit");
  }

  @Test
  void inATask() {
    hearsOf(SystemExitIT::exit);
  }

  @Test
  void inAThreadThatATaskHasStarted() {
    hearsOf(SystemExitIT::exitInAThread);
  }

  @Test
  void inAPoolOfATask() {
    hearsOf(SystemExitIT::exitInAPool);
  }

  @Test
  void inAParallelStreamOfATask() {
    hearsOf(SystemExitIT::exitInParallel);
  }

  @Test
  void inAMethodOfAnActor() {
    var actor = cluster
        .runtime()
        .actor(ExitingActor::new)
        .placement(Placement.on(another()))
        .remote();
    assertThat(actor.call(ExitingActor::one).remote().get(SOON)).isEqualTo(1);
    var call = actor.call(ExitingActor::exit).remote();
    assertThat(catchThrowable(() -> call.get(SOON))).isInstanceOf(ActorDiedException.class);
  }
}
