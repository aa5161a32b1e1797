package io.mobula.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.ActorHandle;
import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.NodeId;
import io.mobula.ObjectRef;
import io.mobula.placement.Placement;
import io.mobula.testkit.PollingAssert;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Test of the guarantees for callers in several processes when the host of their actor is killed
 * under load: each incarnation runs a caller's calls in order and none of them twice, and every
 * call ends.
 */
@Tag("long")
@Timeout(300)
class ActorOrderIT {
  private static final Duration SOON = Duration.ofSeconds(120);
  private static final int CALLS = 1500;
  private static final int INCARNATIONS = 3;

  @TempDir
  Path directory;

  private final List<MemberProcess> victims = new ArrayList<>();
  private MobulaRuntime here;
  private MemberProcess bystander;

  @BeforeEach
  void start() throws Exception {
    here = Mobula.init(Mobula.settings().listen(0).cpus(2).storeCapacity(1 << 24));
    var address = here.nodes().getFirst().address();
    bystander = MemberProcess.start("bystander", address);
    for (int i = 0; i < INCARNATIONS; i++) {
      var name = "victim" + i;
      victims.add(MemberProcess.start(
          name,
          MemberProcess.plan(name)
              .property("mobula.cluster.seeds", address)
              .property("mobula.cluster.labels.fate", "doomed")));
    }
    bystander.awaitUp();
    for (var victim : victims) {
      victim.awaitUp();
    }
    PollingAssert.untilMatches(
        "all nodes are there", () -> here.nodes().size(), nodes -> nodes == INCARNATIONS + 2);
  }

  @AfterEach
  void end() {
    here.close();
    bystander.close();
    victims.forEach(MemberProcess::close);
  }

  /** Actor that writes each call to a file, with the process of the incarnation that runs it. */
  static final class CallLogActor {
    private final long incarnation = ProcessHandle.current().pid();
    private final String file;

    CallLogActor(String file) {
      this.file = file;
    }

    int note(String caller, int number) throws IOException {
      Files.writeString(
          Path.of(file),
          incarnation + " " + caller + " " + number + "\n",
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
      return number;
    }
  }

  /** Calls the actor {@link #CALLS} times, then waits for all answers; the body of one caller. */
  private static int stream(ActorHandle<CallLogActor> callLogActor, String caller) {
    var refs = new ArrayList<ObjectRef<Integer>>();
    for (int i = 0; i < CALLS; i++) {
      refs.add(callLogActor.call(CallLogActor::note, caller, i).remote());
    }
    int answered = 0;
    for (int i = 0; i < CALLS; i++) {
      answered += refs.get(i).get(SOON) == i ? 1 : 0;
    }
    return answered;
  }

  private ObjectRef<Integer> caller(
      ActorHandle<CallLogActor> callLogActor, String name, NodeId at) {
    return here.task((ActorHandle<CallLogActor> l, String n) -> stream(l, n), callLogActor, name)
        .cpus(0.5)
        .placement(Placement.on(at))
        .remote();
  }

  private NodeId bystandersId() {
    return here.nodes().stream()
        .filter(node -> node.name().equals("bystander"))
        .findFirst()
        .orElseThrow()
        .id();
  }

  @Test
  void eachIncarnationKeepsTheOrderOfEachCaller() throws Exception {
    var file = directory.resolve("ledger");
    ActorHandle<CallLogActor> callLogActor = here.actor(CallLogActor::new, file.toString())
        .maxRestarts(INCARNATIONS)
        .maxCallRetries(INCARNATIONS)
        .placement(Placement.labels("fate=doomed"))
        .remote();
    var answers = List.of(
        caller(callLogActor, "here", here.nodeId()),
        caller(callLogActor, "here-too", here.nodeId()),
        caller(callLogActor, "there", bystandersId()));
    for (int life = 1; life < INCARNATIONS; life++) {
      long enough = (long) life * 3 * CALLS / (INCARNATIONS + 1);
      PollingAssert.untilMatches(
          enough + " lines of calls are there", () -> lines(file).size(), count -> count >= enough);
      killHost(lines(file).getLast());
    }

    assertThat(here.get(answers, SOON)).containsExactly(CALLS, CALLS, CALLS);
    assertKept(file);
  }

  /**
   * Kills the process that wrote a line. A call could ask for the process, too, but would run after
   * the waiting calls.
   */
  private void killHost(String line) throws InterruptedException {
    long pid = Long.parseLong(line.split(" ")[0]);
    var host =
        victims.stream().filter(victim -> victim.jvm().pid() == pid).findFirst().orElseThrow();
    host.jvm().kill();
  }

  private static List<String> lines(Path file) {
    try {
      return Files.exists(file) ? Files.readAllLines(file) : List.of();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static void assertKept(Path file) {
    Map<String, Integer> last = new HashMap<>();
    Map<String, Set<Integer>> ran = new HashMap<>();
    Set<String> incarnations = new HashSet<>();
    for (var line : lines(file)) {
      var parts = line.split(" ");
      int number = Integer.parseInt(parts[2]);
      incarnations.add(parts[0]);
      ran.computeIfAbsent(parts[1], caller -> new HashSet<>()).add(number);
      var before = last.put(parts[0] + " " + parts[1], number);
      assertThat(before == null || before < number)
          .as(line + " after " + before)
          .isTrue();
    }
    assertThat(incarnations).hasSize(INCARNATIONS);
    var all = IntStream.range(0, CALLS).boxed().toList();
    assertThat(ran).hasSize(3);
    ran.values().forEach(numbers -> assertThat(numbers).containsAll(all));
  }
}
