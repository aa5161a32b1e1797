package io.mobula.internal.group;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.AskPattern;
import io.mobula.error.PlacementGroupException;
import io.mobula.error.PlacementGroupException.Reason;
import io.mobula.error.WaitInterruptedException;
import io.mobula.info.WaitReport.WaitCause;
import io.mobula.internal.store.ObjectStore;
import io.mobula.internal.wait.BlockedThread;
import io.mobula.internal.wait.WaitStep;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Client of the group scheduler, wherever in the cluster it runs. Thread-safe. */
final class GroupSchedulerClient {
  /** Time in which the scheduler answers one request. */
  static final Duration ANSWER = Duration.ofSeconds(2);

  private static final int TRIES = 5;

  private final ActorSystem<?> system;
  private final ObjectStore store;
  private volatile @Nullable ActorRef<GroupScheduler.Command> scheduler;

  /** Creates a client whose requests fail until it is connected. */
  GroupSchedulerClient(ActorSystem<?> system, ObjectStore store) {
    this.system = system;
    this.store = store;
  }

  /** Sends requests to that scheduler from now on. */
  void connect(ActorRef<GroupScheduler.Command> to) {
    scheduler = to;
  }

  /**
   * Asks the scheduler once; fails without an answer.
   *
   * @param command makes the request from the receiver of its reply
   */
  CompletionStage<GroupScheduler.ClientReply> ask(
      Function<ActorRef<GroupScheduler.ClientReply>, GroupScheduler.Command> command) {
    var present = scheduler;
    return present == null
        ? CompletableFuture.failedFuture(new IllegalStateException("not open"))
        : AskPattern.ask(present, command::apply, ANSWER, system.scheduler());
  }

  /**
   * Asks the scheduler and waits for its reply; repeats the request, as a scheduler that moves
   * drops some.
   *
   * @param what names the subject of the request in reports and exceptions
   */
  GroupScheduler.ClientReply await(
      Object what, Function<ActorRef<GroupScheduler.ClientReply>, GroupScheduler.Command> command) {
    Throwable last = null;
    for (int i = 0; i < TRIES; i++) {
      store.requireOpen();
      try (var _ = BlockedThread.enter(
          store.node(),
          () -> WaitStep.end(
              "waits for the scheduler of placement groups, to answer about " + what,
              WaitCause.TIMER))) {
        return ask(command).toCompletableFuture().get(2 * ANSWER.toMillis(), TimeUnit.MILLISECONDS);
      } catch (TimeoutException | ExecutionException late) {
        last = late;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new WaitInterruptedException("Interrupted while asking about " + what + ".");
      }
    }
    throw new PlacementGroupException(
        Reason.NO_ANSWER,
        "The scheduler of placement groups has not answered about " + what + " within "
            + ANSWER.multipliedBy(TRIES)
            + ". It runs on a member with the role mobula-node; is there one?",
        last);
  }
}
