package io.mobula.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.ActorHandle;
import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.NodeId;
import io.mobula.ObjectRef;
import io.mobula.placement.Placement;
import io.mobula.tensor.DType;
import io.mobula.tensor.Tensor;
import io.mobula.testkit.PollingAssert;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Three processes of one host want an object of another host, which is transferred once. */
@Tag("long")
@Timeout(400)
class OnePullPerHostIT {
  private static final long BYTES = 32 << 20;

  @TempDir
  Path folder;

  private MobulaRuntime origin;
  private final Map<NodeId, HostProcess> readers = new LinkedHashMap<>();
  private TaskJournal journal;

  @BeforeEach
  void start() throws Exception {
    journal = TaskJournal.in(folder);
    origin = Mobula.init(ClusterTestSupport.settings()
        .storeCapacity(512 << 20)
        .cpus(1)
        .set("mobula.store.share-host", "left")
        .listen(0));
    var address = origin.nodes().getFirst().address();
    var started = new ArrayList<HostProcess>();
    for (int i = 0; i < 3; i++) {
      started.add(HostProcess.start(address, "right"));
    }
    for (var process : started) {
      readers.put(process.awaitUp(), process);
    }
  }

  @AfterEach
  void end() {
    readers.values().forEach(HostProcess::close);
    origin.close();
  }

  private ObjectRef<Tensor> put() {
    var made = Tensor.allocate(DType.FLOAT64, BYTES / Double.BYTES);
    made.setDouble(0, 1.5);
    made.setDouble(made.size() - 1, 2.5);
    return origin.put(made);
  }

  private Map<NodeId, ActorHandle<LargeValueTasks.Reader>> actors() {
    var actors = new LinkedHashMap<NodeId, ActorHandle<LargeValueTasks.Reader>>();
    readers
        .keySet()
        .forEach(node -> actors.put(
            node,
            origin
                .actor(LargeValueTasks.Reader::new)
                .cpus(0)
                .placement(Placement.on(node))
                .remote()));
    return actors;
  }

  private long bytesAt(NodeId node) {
    return origin
        .task(LargeValueTasks::storeBytes)
        .placement(Placement.on(node))
        .remote()
        .get(ClusterTestSupport.LIMIT);
  }

  private long bytesAtAll() {
    return readers.keySet().stream().mapToLong(this::bytesAt).sum();
  }

  @Test
  void allReadersOfAHostReadOneCopy() throws Exception {
    var large = put();
    var reads = new ArrayList<ObjectRef<Double>>();
    var actors = actors();
    for (var actor : actors.values()) {
      reads.add(
          actor.call(LargeValueTasks.Reader::keep, List.of(large), journal).remote());
    }
    assertThat(origin.get(reads, ClusterTestSupport.LIMIT)).containsOnly(4.0);
    assertThat(bytesAtAll()).isBetween(BYTES, BYTES * 3 / 2);

    // the process with the copy drops it; the others continue to read it
    var has = readers.keySet().stream()
        .filter(node -> bytesAt(node) >= BYTES)
        .findFirst()
        .orElseThrow();
    actors.get(has).call(LargeValueTasks.Reader::drop).remote().get(ClusterTestSupport.LIMIT);
    for (var actor : actors.entrySet()) {
      if (!actor.getKey().equals(has)) {
        assertThat(actor
                .getValue()
                .call(LargeValueTasks.Reader::again)
                .remote()
                .get(ClusterTestSupport.LIMIT))
            .isEqualTo(4.0);
      }
    }
  }

  @Test
  void theOthersGoOnWhenWhoPullsForThemIsKilled() throws Exception {
    var large = put();
    var reads = new LinkedHashMap<NodeId, ObjectRef<Double>>();
    actors()
        .forEach((node, actor) -> reads.put(
            node,
            actor.call(LargeValueTasks.Reader::keep, List.of(large), journal).remote()));
    journal.await("reads", 3);
    PollingAssert.until("somebody pulls", () -> bytesAtAll() >= BYTES);
    var puller = readers.keySet().stream()
        .filter(node -> bytesAt(node) >= BYTES)
        .findFirst()
        .orElseThrow();

    readers.remove(puller).kill();
    reads.remove(puller);

    for (var read : reads.values()) {
      assertThat(read.get(ClusterTestSupport.LIMIT)).isEqualTo(4.0);
    }
    assertThat(bytesAtAll()).isLessThan(BYTES * 3 / 2);
  }
}
