package io.mobula.internal.directory;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.spi.DirectoryListener;
import io.mobula.spi.Lineage;
import io.mobula.spi.LocateResult;
import io.mobula.spi.PublishedObject;
import io.mobula.spi.ReconstructionReply;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * Messages of a shard that has just started because its host, and all that it knew, is lost. Time
 * stands still unless a test advances it; messages arrive at once and in order.
 */
class NewShardTest {
  private static final MessagingSettings PACE = new MessagingSettings(8, 4096, 8, 100, 1000);
  private static final long GRACE = 10_000;
  private static final ShardSettings RULES =
      new ShardSettings(new ShardMap(1), PACE, GRACE, 1 << 20);
  private static final ObjectId ID = new ObjectId(1, 2, 3);
  private static final Lineage LINEAGE = new Lineage(new byte[] {5}, List.of());

  private record SentMessage(Participant to, DirectoryMessage message) {}

  private final Map<NodeId, LocalDirectoryState> nodes = new HashMap<>();
  private Consumer<ObjectId> frees = id -> {
    throw new AssertionError("Freed " + id);
  };
  private final Queue<SentMessage> sent = new ArrayDeque<>();
  private final NodeId one = node(11);
  private final NodeId other = node(12);
  private final NodeId silent = new NodeId(13);
  private NodeId host = new NodeId(14);
  private long now = 50_000;
  private DirectoryShard shard = start(1, List.of(one, other));

  private NodeId node(long incarnation) {
    var id = new NodeId(incarnation);
    nodes.put(id, new LocalDirectoryState(id, RULES.map(), PACE, new NoOpListener()));
    return id;
  }

  private final class NoOpListener implements DirectoryListener {
    @Override
    public void freed(ObjectId id) {
      frees.accept(id);
    }

    @Override
    public void refused(ObjectId id, int attempt, int accepted) {
      throw new AssertionError("Refused " + id);
    }
  }

  private DirectoryShard start(long incarnation, List<NodeId> members) {
    return new DirectoryShard(
        0,
        incarnation,
        host,
        RULES,
        members,
        now,
        (to, message) -> sent.add(new SentMessage(to, message)));
  }

  /**
   * The message comes from a node whose directory has more shards. It used to end the receiving
   * actor.
   */
  @Test
  void whatIsSaidOfAShardThatThereIsNotIsNotHeard() {
    for (int number : new int[] {-1, RULES.map().shards(), Integer.MAX_VALUE}) {
      var ack = new DirectoryMessage.Ack(number, 1, List.of());
      shard.receive(ack, now);
      nodes.get(one).receive(ack, now, (to, message) -> {}).run();
      nodes
          .get(one)
          .receive(new DirectoryMessage.SnapshotRequest(number, 1, 2), now, (to, message) -> {
            throw new AssertionError("Answered " + message);
          });
    }
  }

  /** Delivers all messages until none are left. */
  private void talk() {
    nodes
        .values()
        .forEach(table -> table
            .flush(now, (to, message) -> sent.add(new SentMessage(to, message)))
            .forEach(unattendedQuery -> unattendedQuery.fail("nobody hosts it", PACE)));
    for (var next = sent.poll(); next != null; next = sent.poll()) {
      var to = next.to();
      if (!to.isNode()) {
        shard.receive((DirectoryMessage.ToShard) next.message(), now);
      } else if (nodes.get(to.nodeId()) instanceof LocalDirectoryState table) {
        table
            .receive(
                (DirectoryMessage.ToParticipant) next.message(),
                now,
                (shards, message) -> sent.add(new SentMessage(shards, message)))
            .run();
      }
    }
  }

  private void pass(long millis) {
    for (long end = now + millis; now < end; now += PACE.resendMillis()) {
      shard.tick(now);
      talk();
    }
  }

  private StatementTable said(NodeId node) {
    return nodes.get(node).statements();
  }

  private CompletableFuture<LocateResult> asks(NodeId node) {
    return nodes.get(node).locate(ID, 0);
  }

  private static <T> T answer(CompletableFuture<T> question) {
    assertThat(question).isDone();
    return question.join();
  }

  @Test
  void whatCanBeMadeAgainIsMadeAgainAsSoonAsAllNodesHaveAnswered() {
    said(one).hold(ID);
    said(one).recordLineage(ID, LINEAGE);
    var location = asks(other);
    talk();
    assertThat(answer(location)).isInstanceOf(LocateResult.Lost.class);
    var ruling = nodes.get(other).requestReconstruction(ID, 1);
    talk();
    assertThat(answer(ruling)).isInstanceOf(ReconstructionReply.Granted.class);
  }

  /** The producer is gone, and then the shard that it had told. */
  @Test
  void whatOnlyANodeThatLeftHadToldIsKeptByOneThatHoldsIt() {
    said(one).hold(ID);
    said(other).hold(ID);
    said(one).publish(ID, new PublishedObject.Value(1, new byte[] {7}, List.of()));
    said(one).recordLineage(ID, LINEAGE);
    talk();
    nodes.remove(one);
    shard.left(one, now);
    talk();
    pass(PACE.resendMillis());

    shard = start(2, List.of(other));
    talk();
    pass(PACE.resendMillis());
    var location = asks(other);
    talk();
    assertThat(answer(location))
        .isInstanceOfSatisfying(
            LocateResult.Value.class, value -> assertThat(value.encoded()).containsExactly(7));
  }

  /** The process that hosts the shard dies, and with it everything that it had stated. */
  @Test
  void whatOnlyTheHostOfTheShardKnowsIsKeptByAnother() {
    host = one;
    shard = start(2, List.of(one, other));
    said(one).hold(ID);
    said(one).recordLineage(ID, LINEAGE);
    said(other).hold(ID);
    talk();
    nodes.remove(one);
    shard = start(3, List.of(other));
    talk();
    var location = nodes.get(other).locate(ID, 1);
    talk();
    assertThat(answer(location))
        .isInstanceOfSatisfying(
            LocateResult.Lost.class, lost -> assertThat(lost.reconstructible()).isTrue());
  }

  @Test
  void whoKeepsWhatANodeThatLeftHadToldForgetsItWithTheObject() {
    var freed = new ArrayList<ObjectId>();
    said(one).hold(ID);
    said(other).hold(ID);
    said(one).recordLineage(ID, LINEAGE);
    talk();
    nodes.remove(one);
    shard.left(one, now);
    talk();
    assertThat(said(other).size()).isEqualTo(1);
    said(other).release(ID);
    talk();
    frees = freed::add;
    pass(3 * GRACE);
    assertThat(freed).containsExactly(ID);
    assertThat(said(other).size()).isZero();
  }

  @Test
  void whatCannotBeMadeAgainIsLostOnlyAfterTheGrace() {
    said(one).hold(ID);
    var location = asks(other);
    talk();
    pass(GRACE - 1000);
    assertThat(location).isNotDone();
    pass(1500);
    assertThat(answer(location))
        .isInstanceOfSatisfying(
            LocateResult.Lost.class, lost -> assertThat(lost.reconstructible()).isFalse());
  }

  @Test
  void whatIsKnownToHaveBeenAtANodeThatLeftIsLostAtOnce() {
    said(one).hold(ID);
    var location = nodes.get(other).locate(ID, 3);
    talk();
    assertThat(answer(location))
        .isEqualTo(new LocateResult.Lost(
            "its last copy is gone with the node that had it; how to reconstruct it is not known",
            false,
            3));
  }

  @Test
  void whoMadeWhatCannotBeMadeAgainIsToldToANewShardToo() {
    said(one).hold(ID);
    said(one).markNotReconstructible(ID, "an actor has returned it");
    talk();
    shard = start(2, List.of(one, other));
    var location = nodes.get(other).locate(ID, 3);
    pass(2 * PACE.resendMillis());
    assertThat(answer(location))
        .isEqualTo(new LocateResult.Lost(
            "its last copy is gone with the node that had it; an actor has returned it", false, 3));
    var ruling = nodes.get(other).requestReconstruction(ID, 3);
    talk();
    assertThat(answer(ruling))
        .isInstanceOfSatisfying(
            ReconstructionReply.Impossible.class,
            impossible -> assertThat(impossible.reason()).contains("an actor has returned it"));
  }

  @Test
  void whyItIsNotMadeAgainIsKnownWhenWhoSaidSoHasLeft() {
    said(one).hold(ID);
    said(one).markNotReconstructible(ID, "node one has put it");
    said(one).publish(ID, new PublishedObject.Sealed(1, 100, true, List.of()));
    said(other).hold(ID);
    talk();
    nodes.remove(one);
    shard.left(one, now);
    var location = asks(other);
    talk();
    assertThat(answer(location))
        .isInstanceOfSatisfying(
            LocateResult.Lost.class,
            lost -> assertThat(lost.reason()).endsWith("; node one has put it"));
  }

  @Test
  void whoLearnsThatItsNodeHasLeftIsToldAtOnceWhatOthersWaitFor() {
    said(one).hold(ID);
    var location = asks(other);
    talk();
    assertThat(location).isNotDone();
    var again = nodes.get(other).locate(ID, 1);
    pass(2 * PACE.resendMillis());
    assertThat(answer(location)).isInstanceOf(LocateResult.Lost.class);
    assertThat(answer(again)).isInstanceOf(LocateResult.Lost.class);
  }

  @Test
  void anAttemptAtANodeThatLeftIsNotLostWhereAnotherHasACopy() {
    said(one).hold(ID);
    said(one).publish(ID, new PublishedObject.Sealed(1, 100, false, List.of()));
    var location = nodes.get(other).locate(ID, 1);
    talk();
    assertThat(answer(location)).isEqualTo(new LocateResult.SealedCopies(1, 100, List.of(one)));
  }

  @Test
  void aCopyThatIsToldLateIsFoundAllTheSame() {
    said(one).hold(ID);
    var location = asks(other);
    talk();
    pass(GRACE / 2);
    said(one).publish(ID, new PublishedObject.Sealed(1, 100, true, List.of()));
    talk();
    assertThat(answer(location)).isEqualTo(new LocateResult.SealedCopies(1, 100, List.of(one)));
  }

  @Test
  void nothingIsSaidToBeLostWhileANodeHasNotAnswered() {
    shard = start(2, List.of(one, other, silent));
    said(one).hold(ID);
    said(one).recordLineage(ID, LINEAGE);
    var location = asks(other);
    pass(PACE.timeoutMillis() - 200);
    assertThat(location).isNotDone();
    shard.left(silent, now);
    talk();
    assertThat(answer(location)).isInstanceOf(LocateResult.Lost.class);
  }

  @Test
  void whoAsksLearnsWhichNodeHasNotAnswered() {
    shard = start(2, List.of(one, other, silent));
    var location = asks(other);
    pass(PACE.timeoutMillis() + 200);
    assertThat(location.exceptionNow())
        .hasMessageContaining(
            "it has just started, and nodes [" + silent + "] have not reported what they have");
  }

  @Test
  void whatIsBeingMadeIsWaitedForWithoutLimit() {
    said(one).reportAttempt(ID, 1);
    var location = asks(other);
    pass(5 * PACE.timeoutMillis());
    assertThat(location).isNotDone();
    said(one).publish(ID, new PublishedObject.Value(1, new byte[] {1}, List.of()));
    talk();
    assertThat(answer(location)).isInstanceOf(LocateResult.Value.class);
  }

  @Test
  void whoIsMakingWhatNobodyKnowsHowToMakeIsToldThatItIsLost() {
    said(one).reportAttempt(ID, 2);
    var ruling = nodes.get(one).requestReconstruction(ID, 1);
    pass(3 * PACE.resendMillis());
    assertThat(answer(ruling))
        .isInstanceOfSatisfying(
            ReconstructionReply.Impossible.class,
            why -> assertThat(why.reason()).contains("how to reconstruct it is not known"));
  }
}
