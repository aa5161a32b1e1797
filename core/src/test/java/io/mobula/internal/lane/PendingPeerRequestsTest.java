package io.mobula.internal.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import io.mobula.error.NodeLostException;
import io.mobula.error.RuntimeClosedException;
import io.mobula.info.WaitReport;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.wait.WaitStep;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Requests to peers, which end whenever the peer leaves. */
class PendingPeerRequestsTest {
  private static final ActorTestKit KIT = ActorTestKit.create();
  private static final byte[] FRAME = {1};
  private static final Peer SELF = PeerInternTableTest.peer(1);
  private static final Peer OTHER = PeerInternTableTest.peer(2);

  private final TestProbe<FrameEnvelope> way = KIT.createTestProbe(FrameEnvelope.class);
  private final ScriptedMembership members = new ScriptedMembership(way.getRef(), SELF, OTHER);
  private final PeerTransport peerTransport = new PeerTransport(members);
  private final PendingPeerRequests<Integer, String> questions = peerTransport.requests("");

  @AfterAll
  static void end() {
    KIT.shutdownTestKit();
  }

  private CompletableFuture<String> ask(int about) {
    return questions.ask(OTHER.id(), about, () -> peerTransport.send(OTHER.id(), FRAME));
  }

  private static void assertLost(CompletableFuture<String> asked) {
    assertThat(asked).isCompletedExceptionally();
    assertThatThrownBy(asked::join)
        .hasCauseInstanceOf(NodeLostException.class)
        .hasMessageContaining(OTHER.id().toString());
  }

  @Test
  void anAnswerEndsAQuestionOnce() {
    var asked = ask(7);
    assertThat(ask(7)).isSameAs(asked);
    way.receiveMessage();
    way.expectNoMessage(); // it is sent once
    questions.complete(OTHER.id(), 7, () -> "seven");
    assertThat(asked).isCompletedWithValue("seven");
    assertThat(questions.takeOpen(OTHER.id(), 7)).isNull();
  }

  @Test
  void whatCannotBeReadFailsTheQuestion() {
    var asked = ask(7);
    assertThatThrownBy(() -> questions.complete(OTHER.id(), 7, () -> {
          throw new IllegalStateException("unreadable");
        }))
        .hasMessage("unreadable");
    assertThatThrownBy(asked::join).hasRootCauseMessage("unreadable");
  }

  @Test
  void allOpenQuestionsAreListed() {
    var listed = peerTransport.<Integer, String>requests("numbers");
    for (int i = 0; i < 1_000; i++) {
      var _ = listed.ask(OTHER.id(), i, () -> true);
    }
    var texts = new HashSet<String>();
    peerTransport
        .openRequests()
        .forEachRemaining(each -> texts.add(each.waitStep().text()));
    assertThat(texts).hasSize(1_000);
  }

  @Test
  void aQuestionThatIsOverSinceItWasListedWaitsForNobody() {
    var listed = peerTransport.<Integer, String>requests("numbers");
    var _ = listed.ask(OTHER.id(), 1, () -> true);
    var question = peerTransport.openRequests().next();
    assertThat(question.waitStep().text()).contains("was asked for numbers 1");
    assertThat(question).isEqualTo(peerTransport.openRequests().next());
    members.leave(OTHER);
    assertThat(question.waitStep().next())
        .isEqualTo(new WaitStep.Next.ChainEnd(WaitReport.WaitCause.READY));
    assertThat(peerTransport.openRequests()).isExhausted();
  }

  @Test
  void aQuestionEndsWhenThePeerLeaves() {
    var asked = ask(7);
    members.leave(OTHER);
    assertLost(asked);
  }

  @Test
  void aQuestionToWhoHasLeftEndsAtOnce() {
    assertThat(ask(1)).isNotDone(); // a channel to the peer exists now
    members.leave(OTHER);
    assertLost(ask(2));
  }

  @Test
  void questionsEndWithTheirNode() {
    var asked = ask(7);
    peerTransport.close();
    assertThatThrownBy(asked::join).hasCauseInstanceOf(RuntimeClosedException.class);
    assertThatThrownBy(ask(8)::join).hasCauseInstanceOf(RuntimeClosedException.class);
  }

  @Test
  void aQuestionBetweenTheRemovalAndTheNewsEndsWithTheNews() {
    ask(1);
    members.remove(OTHER);
    var asked = ask(2); // the channel is still open: no listener has been called yet
    members.tellLeft(OTHER);
    assertLost(asked);
  }

  @Test
  void noFrameIsTakenForSentOnceThePeerHasLeft() {
    peerTransport.send(OTHER.id(), FRAME);
    members.leave(OTHER);
    assertThat(peerTransport.send(OTHER.id(), FRAME)).isFalse();
  }

  @Test
  void questionsAskedWhileThePeerLeavesAllEnd() throws Exception {
    for (int round = 0; round < 300; round++) {
      var here = new ScriptedMembership(KIT.system().deadLetters().unsafeUpcast(), SELF, OTHER);
      var ways = new PeerTransport(here);
      var open = ways.<Integer, String>requests("");
      var barrier = new CyclicBarrier(3);
      List<CompletableFuture<String>> asked = new ArrayList<>();
      var threads = new ArrayList<Thread>();
      for (int asker = 0; asker < 2; asker++) {
        int first = asker * 100;
        threads.add(Thread.ofPlatform().start(() -> {
          await(barrier);
          for (int i = first; i < first + 20; i++) {
            int about = i;
            var question = open.ask(OTHER.id(), about, () -> ways.send(OTHER.id(), FRAME));
            synchronized (asked) {
              asked.add(question);
            }
          }
        }));
      }
      await(barrier);
      here.leave(OTHER);
      for (var thread : threads) {
        thread.join();
      }
      assertThat(asked).hasSize(40);
      for (var question : asked) {
        assertThatThrownBy(() -> question.get(5, TimeUnit.SECONDS))
            .isInstanceOf(ExecutionException.class)
            .hasCauseInstanceOf(NodeLostException.class);
      }
    }
  }

  private static void await(CyclicBarrier barrier) {
    try {
      barrier.await();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
