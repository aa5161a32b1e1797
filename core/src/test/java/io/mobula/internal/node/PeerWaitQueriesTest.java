package io.mobula.internal.node;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.info.WaitReport.WaitCause;
import io.mobula.internal.lane.TransportPair;
import io.mobula.internal.wait.WaitPoint;
import io.mobula.internal.wait.WaitStep;
import io.mobula.internal.wait.WaitStep.Work;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Tests of what another process answers about work that is waited for here. */
class PeerWaitQueriesTest {
  private static final ActorTestKit KIT = ActorTestKit.create();
  private static final long LONG = TimeUnit.SECONDS.toNanos(10);
  private static final long SHORT = TimeUnit.MILLISECONDS.toNanos(1);
  private static final ObjectId RUNS = new ObjectId(1, 7, 0);
  private static final ObjectId DONE = new ObjectId(1, 8, 0);

  private final AtomicLong now = new AtomicLong();
  private final Map<Work, WaitPoint> atTwo = new ConcurrentHashMap<>(
      Map.of(Work.value(RUNS), () -> WaitStep.end("it runs in a thread", WaitCause.RUNNING)));
  private volatile boolean cut;
  private final TransportPair lanes = new TransportPair(KIT, () -> cut);
  private final PeerWaitQueries ones =
      new PeerWaitQueries(lanes.transportOfOne, (asker, work) -> null, now::get);

  PeerWaitQueriesTest() {
    var _ = new PeerWaitQueries(lanes.transportOfTwo, (asker, work) -> atTwo.get(work), now::get);
    lanes.open();
  }

  @AfterAll
  static void end() {
    KIT.shutdownTestKit();
  }

  private WaitStep look(Work work) {
    for (int i = 0; i < 20; i++) { // on a busy machine an answer may take longer than one query
      var step = ones.query(lanes.two.id(), work, LONG);
      if (!step.text().contains("has not answered")) {
        return step;
      }
      now.addAndGet(TimeUnit.SECONDS.toNanos(1));
    }
    throw new AssertionError("no answer");
  }

  private static WaitCause endOf(WaitStep step) {
    return ((WaitStep.Next.ChainEnd) step.next()).how();
  }

  @Test
  void whatTheOtherHasIsDescribed() {
    var step = look(Work.value(RUNS));
    assertThat(endOf(step)).isEqualTo(WaitCause.PEER);
    assertThat(step.text()).contains("on node " + lanes.two.id()).contains("it runs in a thread");
  }

  @Test
  void anAnswerThatNeverCameIsFoundAsTheOtherHasNothingToDo() {
    var step = look(Work.value(DONE));
    assertThat(endOf(step)).isEqualTo(WaitCause.NOBODY);
    assertThat(step.text()).contains("node " + lanes.two.id()).contains("nothing of it");
    assertThat(endOf(look(Work.lease(lanes.one.id(), 3)))).isEqualTo(WaitCause.NOBODY);
  }

  @Test
  void aProcessThatAnswersIsNeverSilent() {
    for (int i = 0; i < 30; i++) {
      now.addAndGet(TimeUnit.SECONDS.toNanos(2));
      var step = look(new Work(Work.Kind.ANYTHING, DONE));
      assertThat(endOf(step)).isEqualTo(WaitCause.PEER);
    }
  }

  @Test
  void aProcessIsSilentAfterTenSecondsWithoutAnAnswerAndNotBefore() {
    cut = true;
    var work = Work.value(RUNS);
    for (int second = 0; second < 10; second++) {
      assertThat(endOf(ones.query(lanes.two.id(), work, SHORT)))
          .as("%s", second)
          .isEqualTo(WaitCause.PEER);
      now.addAndGet(TimeUnit.SECONDS.toNanos(1));
    }
    var step = ones.query(lanes.two.id(), work, SHORT);
    assertThat(endOf(step)).isEqualTo(WaitCause.SILENT_PEER);
    assertThat(step.text()).contains("has not answered for 10 s").contains("ALIVE");
    cut = false;
    now.addAndGet(TimeUnit.SECONDS.toNanos(1));
    assertThat(endOf(look(work))).isEqualTo(WaitCause.PEER);
  }

  @Test
  void aLongPauseOfThisProcessAloneMakesNobodySilent() {
    cut = true;
    var work = Work.value(RUNS);
    assertThat(endOf(ones.query(lanes.two.id(), work, SHORT))).isEqualTo(WaitCause.PEER);
    // the process was stalled, and the answer is not read yet
    now.addAndGet(TimeUnit.SECONDS.toNanos(60));
    assertThat(endOf(ones.query(lanes.two.id(), work, SHORT))).isEqualTo(WaitCause.PEER);
  }

  @Test
  void whoHasLeftCanDoNothing() {
    var step = ones.query(new NodeId(9), Work.value(RUNS), LONG);
    assertThat(endOf(step)).isEqualTo(WaitCause.NOBODY);
    assertThat(step.text()).contains("no member");
  }
}
