package io.mobula.internal.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.TimerScheduler;
import io.mobula.NodeId;
import io.mobula.error.ClusterException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who knocks at gates that are slow, or that say no. */
class DoorstepTest {
  private static final String SEED = "127.0.0.1:4410";

  private final ActorTestKit kit = ActorTestKit.create();

  @AfterEach
  void end() {
    kit.shutdownTestKit();
  }

  @Test
  void anAnswerCountsThoughItComesAfterTheNextKnock() {
    var late = kit.spawn(Behaviors.<Gate.Command>withTimers(
        timers -> Behaviors.receiveMessage(message -> answerLate(timers, message))));
    assertThat(doorstep(late, Duration.ofSeconds(20)).welcome(List.of(SEED), deadline(20)))
        .isEqualTo(SEED);
  }

  @Test
  void whoIsNotLetInSaysHowFarItCame() {
    var shut = kit.spawn(Behaviors.<Gate.Command>receiveMessage(message -> {
      answer(message, Gate.Verdict.NOT_YET, "it is not a member itself yet");
      return Behaviors.same();
    }));
    assertThatThrownBy(
            () -> doorstep(shut, Duration.ofSeconds(1)).welcome(List.of(SEED), deadline(1)))
        .isInstanceOf(ClusterException.class)
        .hasMessageContaining(
            "The last progress was: seed " + SEED + " says NOT_YET: it is not a member itself yet")
        .hasMessageContaining("mobula.cluster.join-timeout is PT1S");
  }

  @Test
  void whatASeedSaysForTheFirstTimeIsProgress() {
    var asked = new AtomicInteger();
    var clock = new AtomicLong(); // 300 ms pass with each question
    var changing = kit.spawn(Behaviors.<Gate.Command>receiveMessage(message -> {
      clock.addAndGet(300_000_000);
      answer(message, Gate.Verdict.NOT_YET, asked.incrementAndGet() < 3 ? "early" : "late");
      return Behaviors.same();
    }));
    var deadline = new JoinDeadline(Duration.ofSeconds(1), clock::get);
    assertThatThrownBy(
            () -> doorstep(changing, Duration.ofSeconds(1)).welcome(List.of(SEED), deadline))
        .hasMessageContaining("says NOT_YET: late");
    assertThat(asked).hasValueGreaterThanOrEqualTo(7); // at 0.9 s it was given one more second
  }

  /** Longer than two knocks are apart, and each answer alike. */
  private static Behavior<Gate.Command> answerLate(
      TimerScheduler<Gate.Command> timers, Gate.Command message) {
    if (message instanceof Gate.Knock knock && !knock.cluster().isEmpty()) {
      // the empty name marks a question that has waited
      timers.startSingleTimer(
          knock.replyTo(),
          new Gate.Knock("", knock.protocol(), knock.name(), knock.id(), knock.replyTo()),
          Duration.ofMillis(2_500));
    } else {
      answer(message, Gate.Verdict.WELCOME, "");
    }
    return Behaviors.same();
  }

  private static void answer(Gate.Command message, Gate.Verdict verdict, String detail) {
    if (message instanceof Gate.Knock knock) {
      knock.replyTo().tell(new Gate.Answer(verdict, "test", Protocol.VERSION, detail));
    }
  }

  private static JoinDeadline deadline(int seconds) {
    return new JoinDeadline(Duration.ofSeconds(seconds), System::nanoTime);
  }

  private Doorstep doorstep(ActorRef<Gate.Command> gate, Duration timeout) {
    var id = new NodeId(7);
    var store = new Peer.Store("/nowhere", 1, 7, Peer.Store.NOBODY);
    var settings = new ClusterSettings(
        true,
        new ClusterSettings.Identity("test", "n", Peer.Role.NODE, Map.of()),
        new ClusterSettings.Binding("127.0.0.1", 0),
        List.of(SEED),
        timeout,
        Duration.ofSeconds(1),
        Duration.ofSeconds(60),
        new ClusterSettings.Security(null, false));
    var self = new Peer(id, "127.0.0.1:1", "n", "127.0.0.1", 1, Peer.Role.NODE, Map.of(), store);
    return new Doorstep(kit.system(), self, settings, (address, name) -> gate);
  }
}
