package io.mobula.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.ObjectRef;
import io.mobula.error.NodeLostException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A task that kills its process each time it runs, among tasks that may run twice. */
@Tag("long")
@Timeout(300)
class KillerTaskIT {
  private static final int INNOCENT = 50;
  private static final int RETRIES = 3;

  /** Number of nodes, of which two survive the attempts of the killer task. */
  private static final int NODES = 6;

  @TempDir
  Path folder;

  static int kills(TaskJournal journal) throws IOException, InterruptedException {
    journal.note("killer");
    TimeUnit.MILLISECONDS.sleep(150); // stands for work
    Runtime.getRuntime().halt(137);
    return 0;
  }

  static int works(int number, TaskJournal journal) throws IOException, InterruptedException {
    journal.note("innocent " + number);
    TimeUnit.MILLISECONDS.sleep(800); // stands for work
    return number;
  }

  @Test
  void theKillerFailsWithItsHistoryAndItsNeighboursDoTheirWork() throws Exception {
    var journal = TaskJournal.in(folder);
    try (var cluster = ClusterTestSupport.cluster(NODES).cpusPerNode(8).start()) {
      var runtime = cluster.runtime();
      var innocent = new ArrayList<ObjectRef<Integer>>();
      ObjectRef<Integer> killer = null;
      for (int i = 0; i < INNOCENT; i++) {
        innocent.add(runtime.task(KillerTaskIT::works, i, journal).maxRetries(1).remote());
        if (i == 5) {
          killer = runtime
              .task(KillerTaskIT::kills, journal)
              .name("killer")
              .maxRetries(RETRIES)
              .remote();
        }
      }

      var doomed = killer;
      assertThatThrownBy(() -> doomed.get(ClusterTestSupport.LIMIT))
          .isInstanceOf(NodeLostException.class)
          .hasMessageContainingAll(
              "killer", "attempt 4 of 4", "attempt 1 was lost with", "attempt 4 was lost with");
      for (int i = 0; i < INNOCENT; i++) {
        assertThat(innocent.get(i).get(ClusterTestSupport.LIMIT)).isEqualTo(i);
      }
      assertThat(journal.count("killer")).isEqualTo(1 + RETRIES);
      for (int i = 0; i < INNOCENT; i++) {
        assertThat(journal.count("innocent " + i)).isBetween(1L, 2L);
      }
    }
  }
}
