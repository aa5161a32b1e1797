package io.mobula.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.ActorHandle;
import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.NodeId;
import io.mobula.ObjectRef;
import io.mobula.error.DeadlockException;
import io.mobula.error.TaskFailedException;
import io.mobula.placement.Placement;
import io.mobula.testkit.PollingAssert;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Test of deadlock detection among actors of three processes: an actor in a cycle gets an
 * exception, other waiting actors do not.
 */
@Tag("long")
@Timeout(180)
class DistributedDeadlocksIT {
  private static final Duration SOON = Duration.ofSeconds(60);

  private static MobulaRuntime here;
  private static MemberProcess a;
  private static MemberProcess b;
  private static List<NodeId> nodes;

  @BeforeAll
  static void open() throws Exception {
    here = Mobula.init(Mobula.settings().listen(0).cpus(2).storeCapacity(1 << 24));
    var address = here.nodes().getFirst().address();
    a = MemberProcess.start("a", address);
    b = MemberProcess.start("b", address);
    a.awaitUp();
    b.awaitUp();
    a.awaitNodes("a", "b", here.nodes().getFirst().name());
    nodes = List.of(here.nodeId(), nodeOf("a"), nodeOf("b"));
  }

  private static NodeId nodeOf(String name) throws Exception {
    return PollingAssert.untilMatches(
            "node " + name + " is there",
            () -> here.nodes().stream().filter(node -> node.name().equals(name)).findFirst(),
            Optional::isPresent)
        .orElseThrow()
        .id();
  }

  @AfterAll
  static void close() {
    here.close();
    a.close();
    b.close();
  }

  /** Actor that calls other actors within its own calls, and counts the deadlock exceptions. */
  static final class PeerActor {
    private final List<ActorHandle<PeerActor>> others = new ArrayList<>();
    private int refused;

    void meet(ActorHandle<PeerActor> other) {
      others.add(other);
    }

    int refused() {
      return refused;
    }

    /** Calls the next actor of the ring. */
    int around(int hops) {
      return hops == 0
          ? 1
          : got(others.getFirst().call(PeerActor::around, hops - 1).remote());
    }

    /** Calls the next actor of the ring from a task on that node. */
    int aroundByTask(NodeId node) {
      return got(Mobula.task(
              (ActorHandle<PeerActor> next) ->
                  next.call(PeerActor::around, 1).remote().get(),
              others.getFirst())
          .placement(Placement.on(node))
          .remote());
    }

    private int got(ObjectRef<Integer> ref) {
      try {
        return ref.get();
      } catch (DeadlockException e) {
        refused++;
        throw e;
      }
    }

    /** Waits for one of two results: that of the next actor, and another. */
    int eitherOr(ActorHandle<PeerActor> second, int hops, int otherHops) {
      var refs = List.of(
          others.getFirst().call(PeerActor::around, hops).remote(),
          second.call(PeerActor::around, otherHops).remote());
      try {
        return Mobula.wait(refs, 1, Duration.ofDays(1000)).ready().getFirst().get();
      } catch (DeadlockException e) {
        refused++;
        throw e;
      }
    }

    /** Works, or calls two later actors, without a cycle. */
    int nested(int seed, int depth) {
      var random = new Random(seed);
      if (depth == 0 || others.isEmpty()) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(120)));
        return 1;
      }
      var refs = new ArrayList<ObjectRef<Integer>>();
      for (int i = 0; i < 2; i++) {
        var other = others.get(random.nextInt(others.size()));
        refs.add(other.call(PeerActor::nested, random.nextInt(), depth - 1).remote());
      }
      return Mobula.get(refs).stream().mapToInt(Integer::intValue).sum();
    }
  }

  /** Creates actors on the nodes in turn. */
  private static List<ActorHandle<PeerActor>> peers(int count) {
    var peers = new ArrayList<ActorHandle<PeerActor>>();
    for (int i = 0; i < count; i++) {
      peers.add(here.actor(PeerActor::new)
          .placement(Placement.on(nodes.get(i % nodes.size())))
          .remote());
    }
    return peers;
  }

  private static List<ActorHandle<PeerActor>> ring(int count) {
    var peers = peers(count);
    for (int i = 0; i < count; i++) {
      peers.get(i).tell(PeerActor::meet, peers.get((i + 1) % count)).remote().get();
    }
    return peers;
  }

  private static int refused(List<ActorHandle<PeerActor>> peers) {
    int refused = 0;
    for (var peer : peers) {
      refused += peer.call(PeerActor::refused).remote().get(SOON);
    }
    return refused;
  }

  private static void assertOneIsRefused(
      ObjectRef<Integer> answer, List<ActorHandle<PeerActor>> peers) {
    assertThatThrownBy(() -> answer.get(SOON))
        .isInstanceOf(TaskFailedException.class)
        .rootCause()
        .isInstanceOf(DeadlockException.class)
        .hasMessageContaining("waits for");
    assertThat(refused(peers)).isEqualTo(1);
    peers.forEach(ActorHandle::kill);
  }

  @Test
  void aCycleOfTwoProcessesIsDetected() throws Exception {
    for (int first = 0; first < 2; first++) {
      var peers = ring(2);
      assertOneIsRefused(peers.get(first).call(PeerActor::around, 2).remote(), peers);
    }
  }

  @Test
  void aCycleOfThreeProcessesIsDetected() throws Exception {
    for (int first = 0; first < 3; first++) {
      var peers = ring(3);
      assertOneIsRefused(peers.get(first).call(PeerActor::around, 3).remote(), peers);
    }
  }

  @Test
  void aCycleThroughATaskOfAnotherProcessIsDetected() throws Exception {
    var peers = ring(2);
    var answer = peers.getFirst().call(PeerActor::aroundByTask, nodes.get(2)).remote();
    assertThatThrownBy(() -> answer.get(SOON))
        .isInstanceOf(TaskFailedException.class)
        .rootCause()
        .isInstanceOf(DeadlockException.class);
    peers.forEach(ActorHandle::kill);
  }

  @Test
  void whoNeedsOneOfManyIsRefusedOnlyWhenNoneCanCome() {
    var peers = ring(3);
    var first = peers.getFirst();
    var free = peers(2).getLast();
    // The second actor's answer leads back to the first; that of the free actor does not.
    assertThat(first.call(PeerActor::eitherOr, free, 2, 0).remote().get(SOON)).isEqualTo(1);

    var third = peers.get(2); // its answer also leads back to the first actor
    var answer = first.call(PeerActor::eitherOr, third, 2, 1).remote();
    assertThatThrownBy(() -> answer.get(SOON))
        .isInstanceOf(TaskFailedException.class)
        .rootCause()
        .isInstanceOf(DeadlockException.class);
    peers.forEach(ActorHandle::kill);
    free.kill();
  }

  @Test
  void nestedGetsWithoutACycleAllEnd() {
    int seed = (int) System.nanoTime();
    System.out.println("DistributedDeadlocksIT seed " + seed);
    var random = new Random(seed);
    var peers = peers(12);
    for (int i = 0; i < peers.size(); i++) {
      for (int later = i + 1; later < peers.size(); later++) {
        peers.get(i).tell(PeerActor::meet, peers.get(later)).remote().get();
      }
    }
    var answers = new ArrayList<ObjectRef<Integer>>();
    for (int i = 0; i < 40; i++) {
      var one = peers.get(random.nextInt(peers.size()));
      answers.add(
          one.call(PeerActor::nested, random.nextInt(), 1 + random.nextInt(4)).remote());
    }
    // a failed answer would throw
    assertThat(here.get(answers, SOON)).allMatch(leaves -> leaves >= 1);
    peers.forEach(ActorHandle::kill);
  }
}
