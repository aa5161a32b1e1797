package io.mobula.internal.cluster;

import static io.mobula.error.ClusterException.Reason;

import akka.actor.Address;
import akka.actor.AddressFromURIString;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.AskPattern;
import akka.cluster.typed.Join;
import io.mobula.error.ClusterException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Joiner that asks the seeds until one admits this process. Blocks the thread that opens the
 * runtime; its exceptions say why no seed has admitted the process.
 */
final class SeedJoiner {
  private static final Logger LOG = LoggerFactory.getLogger(SeedJoiner.class);
  private static final Duration REPLY_TIMEOUT = Duration.ofSeconds(1);
  private static final Duration BETWEEN_KNOCKS = Duration.ofMillis(100);
  private static final int MAX_REPLIES = 1_000;

  /**
   * Time for which an answer is accepted; on a slow machine an answer takes longer than the
   * interval between two requests.
   */
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(20);

  private final ActorSystem<?> system;
  private final Peer self;
  private final ClusterSettings settings;
  private final BiFunction<String, String, ActorRef<JoinGatekeeper.Command>> resolve;
  private final BlockingQueue<SeedReply> answers = new LinkedBlockingQueue<>(MAX_REPLIES);

  /** Reply of a seed. */
  private record SeedReply(String seed, JoinGatekeeper.JoinReply answer) {
    @Override
    public String toString() {
      return "seed " + seed + " says " + answer.verdict()
          + (answer.detail().isEmpty() ? "" : ": " + answer.detail());
    }
  }

  SeedJoiner(
      ActorSystem<?> system,
      Peer self,
      ClusterSettings settings,
      BiFunction<String, String, ActorRef<JoinGatekeeper.Command>> resolve) {
    this.system = system;
    this.self = self;
    this.settings = settings;
    this.resolve = resolve;
  }

  /** Returns Akka Cluster's message to join that address. */
  Join joinAt(String address) {
    Address parsed = AddressFromURIString.parse("akka://" + system.name() + "@" + address);
    return Join.create(parsed);
  }

  /**
   * Returns the first seed that admits this process. An answer counts up to 20 s after its request,
   * while further requests are sent.
   *
   * @param deadline is extended by what the seeds answer
   * @throws ClusterException when a seed refuses, or none admits this process before the deadline
   */
  String awaitWelcome(List<String> seeds, JoinDeadline deadline) {
    var said = new HashSet<String>();
    do {
      for (var seed : seeds) {
        requestJoin(seed);
        for (var reply = answer(timeout(deadline)); reply != null; reply = answer(Duration.ZERO)) {
          if (said.add(reply.toString())) {
            deadline.extend(reply.toString());
          }
          if (reply.answer().verdict() == JoinGatekeeper.JoinVerdict.WELCOME) {
            return reply.seed();
          }
          refuse(reply.seed(), reply.answer());
        }
      }
      pause();
    } while (deadline.remainingNanos() > 0);
    throw said.isEmpty() ? unanswered(seeds) : notYet(seeds, deadline);
  }

  private static Duration timeout(JoinDeadline deadline) {
    var left = Duration.ofNanos(Math.max(0, deadline.remainingNanos()));
    return left.compareTo(REPLY_TIMEOUT) < 0 ? left : REPLY_TIMEOUT;
  }

  private @Nullable SeedReply answer(Duration timeout) {
    try {
      return answers.poll(timeout.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  /**
   * Asks a seed to admit this process, without waiting for the answer. Each request renews the
   * reservation of this process's name at the seed.
   */
  void requestJoin(String seed) {
    Function<ActorRef<JoinGatekeeper.JoinReply>, JoinGatekeeper.Command> message =
        reply -> new JoinGatekeeper.JoinRequest(
            settings.identity().cluster(), ProtocolVersion.VERSION, self.name(), self.id(), reply);
    CompletionStage<JoinGatekeeper.JoinReply> asked = AskPattern.ask(
        resolve.apply(seed, JoinGatekeeper.NAME),
        message::apply,
        ANSWER_TIMEOUT,
        system.scheduler());
    var _ = asked.thenAccept(answer -> {
      if (!answers.offer(new SeedReply(seed, answer))) {
        LOG.debug("An answer of seed {} is dropped, as too many are unread.", seed);
      }
    });
  }

  private static void pause() {
    try {
      TimeUnit.NANOSECONDS.sleep(BETWEEN_KNOCKS.toNanos());
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  private static ClusterException interrupted() {
    Thread.currentThread().interrupt();
    return new ClusterException(Reason.INTERRUPTED, "Interrupted while waiting for the seeds.");
  }

  private void refuse(String seed, JoinGatekeeper.JoinReply reply) {
    switch (reply.verdict()) {
      case WELCOME, NOT_YET -> {}
      case OTHER_CLUSTER ->
        throw new ClusterException(
            Reason.OTHER_CLUSTER,
            "Wanted to join cluster " + settings.identity().cluster() + " at " + seed
                + ", but the node there belongs to cluster " + reply.cluster()
                + ". Correct mobula.cluster.seeds or mobula.cluster.name.");
      case OTHER_PROTOCOL ->
        throw new ClusterException(
            Reason.OTHER_PROTOCOL,
            "Wanted to join at " + seed + " with protocol version " + ProtocolVersion.VERSION
                + ", but the node there (cluster " + reply.cluster() + ") has protocol version "
                + reply.protocol() + ". Run the same release of Mobula on both.");
      case NAME_TAKEN ->
        throw new ClusterException(
            Reason.NAME_TAKEN,
            "Wanted to join cluster " + reply.cluster() + " at " + seed + " as node "
                + self.name() + ", but that name is taken by " + reply.detail()
                + ". Give this node another mobula.cluster.node-name, or wait until the other has left.");
    }
  }

  private ClusterException unanswered(List<String> seeds) {
    var found = seeds.stream()
        .map(seed -> SeedProbe.look(seed, settings, self.address()))
        .toList();
    var worst = found.stream()
        .filter(each -> each.reason() != Reason.SEED_UNANSWERED)
        .findFirst()
        .orElse(found.getFirst());
    return new ClusterException(
        worst.reason(),
        "No seed let " + self.name() + " into cluster " + settings.identity().cluster() + " within "
            + settings.joinTimeout() + " (mobula.cluster.join-timeout): "
            + String.join("; ", found.stream().map(SeedProbe.Finding::text).toList()) + ".");
  }

  private ClusterException notYet(List<String> seeds, JoinDeadline deadline) {
    return new ClusterException(
        Reason.NOT_IN_TIME,
        "The seeds " + seeds + " answer, but did not let " + self.name() + " in. "
            + deadline.describe());
  }
}
