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

/** Tests of joining by gatekeepers that are slow or refuse. */
class SeedJoinerTest {
  private static final String SEED = "127.0.0.1:4410";

  private final ActorTestKit kit = ActorTestKit.create();

  @AfterEach
  void end() {
    kit.shutdownTestKit();
  }

  @Test
  void anAnswerCountsThoughItComesAfterTheNextKnock() {
    var late = kit.spawn(Behaviors.<JoinGatekeeper.Command>withTimers(
        timers -> Behaviors.receiveMessage(message -> answerLate(timers, message))));
    assertThat(doorstep(late, Duration.ofSeconds(20)).awaitWelcome(List.of(SEED), deadline(20)))
        .isEqualTo(SEED);
  }

  @Test
  void whoIsNotLetInSaysHowFarItCame() {
    var shut = kit.spawn(Behaviors.<JoinGatekeeper.Command>receiveMessage(message -> {
      answer(message, JoinGatekeeper.JoinVerdict.NOT_YET, "it is not a member itself yet");
      return Behaviors.same();
    }));
    assertThatThrownBy(
            () -> doorstep(shut, Duration.ofSeconds(1)).awaitWelcome(List.of(SEED), deadline(1)))
        .isInstanceOf(ClusterException.class)
        .hasMessageContaining(
            "The last progress was: seed " + SEED + " says NOT_YET: it is not a member itself yet")
        .hasMessageContaining("mobula.cluster.join-timeout is PT1S");
  }

  @Test
  void whatASeedSaysForTheFirstTimeIsProgress() {
    var asked = new AtomicInteger();
    var clock = new AtomicLong(); // 300 ms pass with each request
    var changing = kit.spawn(Behaviors.<JoinGatekeeper.Command>receiveMessage(message -> {
      clock.addAndGet(300_000_000);
      answer(
          message,
          JoinGatekeeper.JoinVerdict.NOT_YET,
          asked.incrementAndGet() < 3 ? "early" : "late");
      return Behaviors.same();
    }));
    var deadline = new JoinDeadline(Duration.ofSeconds(1), clock::get);
    assertThatThrownBy(
            () -> doorstep(changing, Duration.ofSeconds(1)).awaitWelcome(List.of(SEED), deadline))
        .hasMessageContaining("says NOT_YET: late");
    // at 0.9 s the deadline was extended by a second
    assertThat(asked).hasValueGreaterThanOrEqualTo(7);
  }

  /** Answers after more than the interval between two requests. */
  private static Behavior<JoinGatekeeper.Command> answerLate(
      TimerScheduler<JoinGatekeeper.Command> timers, JoinGatekeeper.Command message) {
    if (message instanceof JoinGatekeeper.JoinRequest request
        && !request.cluster().isEmpty()) {
      // the empty name marks a request that has waited
      timers.startSingleTimer(
          request.replyTo(),
          new JoinGatekeeper.JoinRequest(
              "", request.protocol(), request.name(), request.id(), request.replyTo()),
          Duration.ofMillis(2_500));
    } else {
      answer(message, JoinGatekeeper.JoinVerdict.WELCOME, "");
    }
    return Behaviors.same();
  }

  private static void answer(
      JoinGatekeeper.Command message, JoinGatekeeper.JoinVerdict verdict, String detail) {
    if (message instanceof JoinGatekeeper.JoinRequest request) {
      request
          .replyTo()
          .tell(new JoinGatekeeper.JoinReply(verdict, "test", ProtocolVersion.VERSION, detail));
    }
  }

  private static JoinDeadline deadline(int seconds) {
    return new JoinDeadline(Duration.ofSeconds(seconds), System::nanoTime);
  }

  private SeedJoiner doorstep(ActorRef<JoinGatekeeper.Command> gate, Duration timeout) {
    var id = new NodeId(7);
    var store = new Peer.StoreLocation("/nowhere", 1, 7, Peer.StoreLocation.NO_GROUP);
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
    return new SeedJoiner(kit.system(), self, settings, (address, name) -> gate);
  }
}
