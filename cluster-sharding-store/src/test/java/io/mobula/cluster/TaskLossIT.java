package io.mobula.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.LocalCluster;
import io.mobula.Mobula;
import io.mobula.ObjectRef;
import io.mobula.error.NodeLostException;
import io.mobula.placement.Placement;
import io.mobula.testkit.PollingAssert;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Fate of running and waiting tasks when their nodes are killed. */
@Tag("long")
@Timeout(120)
class TaskLossIT {
  @TempDir
  Path folder;

  static int noted(int number, TaskJournal journal) throws IOException {
    journal.note("task " + number);
    return number * number;
  }

  /** Hangs in the first runs, then returns where it runs. */
  static long hangs(int times, String name, TaskJournal journal)
      throws IOException, InterruptedException {
    journal.note(name);
    if (journal.count(name) <= times) {
      new CountDownLatch(1).await();
    }
    return ProcessHandle.current().pid();
  }

  /** Starts tasks and returns the sum of their results. */
  static int sumOf(int from, int count, TaskJournal journal) {
    var refs = new ArrayList<ObjectRef<Integer>>();
    for (int i = 0; i < count; i++) {
      refs.add(Mobula.runtime().task(TaskLossIT::noted, from + i, journal).remote());
    }
    return Mobula.get(refs).stream().mapToInt(Integer::intValue).sum();
  }

  @Test
  void runningTasksRunElsewhereAsOftenAsAllowed() throws Exception {
    var journal = TaskJournal.in(folder);
    try (var cluster = ClusterTestSupport.cluster(3).start()) {
      var runtime = cluster.runtime();
      var first = Placement.preferring(cluster.nodes().get(0).id());
      var once = runtime
          .task(TaskLossIT::hangs, 1, "once", journal)
          .maxRetries(1)
          .placement(first)
          .remote();
      var never = runtime
          .task(TaskLossIT::hangs, 1, "never", journal)
          .maxRetries(0)
          .placement(first)
          .remote();
      journal.await("once", 1);
      journal.await("never", 1);

      cluster.kill(0);

      assertThat(once.get(ClusterTestSupport.LIMIT))
          .isIn(cluster.nodes().get(1).pid(), cluster.nodes().get(2).pid());
      assertThatThrownBy(() -> never.get(ClusterTestSupport.LIMIT))
          .isInstanceOf(NodeLostException.class)
          .hasMessageContaining("attempt 1 of 1")
          .hasMessageContaining("maxRetries");
      assertThat(journal.lines()).containsExactlyInAnyOrder("once", "never", "once");

      var second = Placement.preferring(cluster.nodes().get(1).id());
      var tooOften = runtime
          .task(TaskLossIT::hangs, 2, "too often", journal)
          .maxRetries(1)
          .placement(second)
          .remote();
      journal.await("too often", 1);
      cluster.kill(1);
      journal.await("too often", 2);
      cluster.kill(2);
      assertThatThrownBy(() -> tooOften.get(ClusterTestSupport.LIMIT))
          .isInstanceOf(NodeLostException.class)
          .hasMessageContaining("attempt 2 of 2");
    }
  }

  @Test
  void aStormOfTasksEndsRightWhileNodesAreKilled() throws Exception {
    var journal = TaskJournal.in(folder);
    try (var cluster = ClusterTestSupport.cluster(3).start()) {
      storm(cluster, 0, 0, journal);
      storm(cluster, 1000, 1, journal);
      storm(cluster, 2000, -1, journal);
    }
  }

  private static void storm(LocalCluster cluster, int from, int victim, TaskJournal journal)
      throws Exception {
    var runtime = cluster.runtime();
    var flat = new ArrayList<ObjectRef<Integer>>();
    var deep = new ArrayList<ObjectRef<Integer>>();
    for (int i = 0; i < 400; i++) {
      flat.add(runtime.task(TaskLossIT::noted, from + i, journal).maxRetries(3).remote());
      if (i % 20 == 0) {
        deep.add(runtime
            .task(TaskLossIT::sumOf, from + 400 + i, 5, journal)
            .maxRetries(3)
            .remote());
      }
      if (i == 200 && victim >= 0) {
        PollingAssert.until(
            "some have run",
            () -> journal.lines().stream()
                .anyMatch(line -> Integer.parseInt(line.substring("task ".length())) >= from));
        cluster.kill(victim);
      }
    }
    var squares = runtime.get(flat, ClusterTestSupport.LIMIT);
    for (int i = 0; i < squares.size(); i++) {
      assertThat(squares.get(i)).isEqualTo((from + i) * (from + i));
    }
    var sums = runtime.get(deep, ClusterTestSupport.LIMIT);
    for (int i = 0; i < sums.size(); i++) {
      int expected = 0;
      for (int k = 0; k < 5; k++) {
        expected += (from + 400 + i * 20 + k) * (from + 400 + i * 20 + k);
      }
      assertThat(sums.get(i)).isEqualTo(expected);
    }
    assertThat(new HashSet<>(journal.lines())).containsAll(names(from));
  }

  private static List<String> names(int from) {
    var names = new ArrayList<String>();
    for (int i = 0; i < 400; i++) {
      names.add("task " + (from + i));
    }
    return names;
  }
}
