package io.mobula.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.ActorHandle;
import io.mobula.CheckpointedActor;
import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;
import io.mobula.Settings;
import io.mobula.error.ActorNameException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Actors continue from their checkpoints after their processes are killed. */
@Tag("long")
@Timeout(240)
class ActorCheckpointIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir
  private Path directory;

  private final List<NodeProcess> nodes = new ArrayList<>();

  /** Notes in the journal that an actor was made, and in which process. */
  private static void note(String journal) throws IOException {
    Files.writeString(
        Path.of(journal),
        ProcessHandle.current().pid() + "\n",
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }

  /** Actor that adds up numbers. */
  static final class Counter implements CheckpointedActor<Long> {
    private long count;

    Counter(String journal) throws IOException {
      note(journal);
    }

    @Override
    public Long save() {
      return count;
    }

    @Override
    public void load(Long state) {
      count = state;
    }

    long next() {
      return ++count;
    }

    long count() {
      return count;
    }
  }

  /** Actor with more state than fits into a frame. */
  static final class LargeState implements CheckpointedActor<byte[]> {
    private byte[] state = new byte[1 << 20];

    LargeState(String journal) throws IOException {
      note(journal);
    }

    @Override
    public byte[] save() {
      return state;
    }

    @Override
    public void load(byte[] saved) {
      state = saved;
    }

    int next() {
      return ++state[state.length - 1];
    }
  }

  /** Caller in another process than the driver. */
  static final class Caller {
    List<Long> call(ActorHandle<Counter> counter, int times) {
      var answers = new ArrayList<Long>();
      for (int i = 0; i < times; i++) {
        answers.add(counter.call(Counter::next).remote().get(LIMIT));
      }
      return answers;
    }
  }

  @AfterEach
  void end() {
    nodes.forEach(NodeProcess::close);
  }

  private Settings settings() {
    return Mobula.settings()
        .storeCapacity(1 << 24)
        .set("mobula.actors.checkpoint-directory", directory.resolve("states").toString());
  }

  private NodeProcess start(String seed, String resource) {
    var wanted = settings().set("mobula.resources.custom." + resource, 1);
    var node = seed.isEmpty() ? NodeProcess.first(wanted) : NodeProcess.joining(wanted, seed);
    nodes.add(node);
    return node;
  }

  private MobulaRuntime connect(String seed) {
    return Mobula.connect(seed, Mobula.settings().storeCapacity(1 << 24));
  }

  private String journal() {
    return directory.resolve("journal").toString();
  }

  private void kill(long pid) {
    var victim = nodes.stream().filter(node -> node.pid() == pid).findFirst().orElseThrow();
    victim.kill();
    nodes.remove(victim);
  }

  @Test
  void aThousandCallsHaveTheirEffectOnceThoughTheHostIsKilledAgainAndAgain() throws Exception {
    var seed = start("", "safe").up().address();
    start(seed, "mortal").up();
    start(seed, "mortal").up();
    try (var driver = connect(seed)) {
      ActorHandle<Counter> counter = driver
          .actor(Counter::new, journal())
          .resource("mortal", 1)
          .maxRestarts(20)
          .maxCallRetries(20)
          .checkpointEvery(1)
          .remote();
      ActorHandle<Caller> caller = driver.actor(Caller::new).resource("safe", 1).remote();
      ObjectRef<List<Long>> others = caller.call(Caller::call, counter, 400).remote();
      var answers = new ArrayList<Long>();
      int kills = 0;
      for (int round = 0; round < 12; round++) {
        var refs = new ArrayList<ObjectRef<Long>>();
        for (int i = 0; i < 50; i++) {
          refs.add(counter.call(Counter::next).remote());
        }
        if (round % 2 == 1) {
          refs.get(10).get(LIMIT);
          kill(hostNow());
          kills++;
          start(seed, "mortal");
        }
        answers.addAll(driver.get(refs, LIMIT));
      }
      var all = new ArrayList<>(answers);
      all.addAll(others.get(LIMIT));
      assertThat(kills).isEqualTo(6);
      assertThat(counter.call(Counter::count).remote().get(LIMIT)).isEqualTo(1_000);
      assertThat(all)
          .containsExactlyInAnyOrderElementsOf(
              LongStream.rangeClosed(1, 1_000).boxed().toList());
      assertThat(answers).isSorted();
    }
  }

  @Test
  void aStateInTheStoreOutlivesItsHost() throws Exception {
    var seed = startWithoutFiles("").up().address();
    startWithoutFiles(seed).up();
    try (var driver = connect(seed)) {
      ActorHandle<LargeState> largeState = driver
          .actor(LargeState::new, journal())
          .maxRestarts(20)
          .maxCallRetries(20)
          .checkpointEvery(1)
          .remote();
      for (int i = 1; i <= 40; i++) {
        var next = largeState.call(LargeState::next).remote();
        if (i % 10 == 0) {
          kill(hostNow());
          startWithoutFiles(driver.nodes().getFirst().address()).up();
        }
        assertThat(next.get(LIMIT)).isEqualTo(i);
      }
    }
  }

  private NodeProcess startWithoutFiles(String seed) {
    var wanted = Mobula.settings().storeCapacity(1 << 26);
    var node = seed.isEmpty() ? NodeProcess.first(wanted) : NodeProcess.joining(wanted, seed);
    nodes.add(node);
    return node;
  }

  /** Returns the process that made the actor last. */
  private long hostNow() throws IOException {
    return Long.parseLong(Files.readAllLines(Path.of(journal())).getLast());
  }

  @Test
  void aClusterThatStartsAgainComesUpWithItsDurableActors() throws Exception {
    var seed = start("", "any").up().address();
    start(seed, "any").up();
    start(seed, "any").up();
    try (var driver = connect(seed)) {
      for (var name : List.of("first", "second", "third")) {
        ActorHandle<Counter> counter = driver
            .actor(Counter::new, journal())
            .name(name)
            .durable()
            .checkpointEvery(1)
            .remote();
        for (int i = 0; i < 5; i++) {
          counter.call(Counter::next).remote().get(LIMIT);
        }
      }
      driver.actorNamed("third", Counter.class).kill();
    }
    List.copyOf(nodes).forEach(NodeProcess::kill);
    nodes.clear();
    int made = Files.readAllLines(Path.of(journal())).size();

    var again = start("", "any").up().address();
    var second = start(again, "any");
    var third = start(again, "any");
    second.up();
    third.up();
    try (var driver = connect(again)) {
      for (var name : List.of("first", "second")) {
        ActorHandle<Counter> counter = driver.actorNamed(name, Counter.class);
        assertThat(counter.call(Counter::next).remote().get(LIMIT)).isEqualTo(6);
      }
      assertThat(Files.readAllLines(Path.of(journal()))).hasSize(made + 2);
      assertThatThrownBy(() -> driver.actorNamed("third", Counter.class))
          .isInstanceOf(ActorNameException.class);
    }
  }
}
