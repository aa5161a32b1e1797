package io.mobula.internal.node;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.AskPattern;
import io.mobula.MobulaRuntime.StoreUsage;
import io.mobula.MobulaRuntime.Survey;
import io.mobula.NodeId;
import io.mobula.NodeInfo;
import io.mobula.error.InvalidRequestException;
import io.mobula.error.WaitInterruptedException;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.cluster.Standing;
import io.mobula.internal.node.FrontDesk.Description;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;

/**
 * Asks all processes of the cluster what they have, at the same time. One that does not answer in
 * time is there with empty hands. Safe for all threads; blocks for the slowest answer.
 */
final class Census {
  private static final Duration LIMIT = Duration.ofSeconds(3);
  private static final Description UNKNOWN =
      new Description(Map.of(), Map.of(), new StoreUsage(0, 0, 0, 0, 0), List.of());

  private final Membership membership;
  private final ActorSystem<?> system;
  private final Supplier<CompletionStage<Description>> own;

  Census(Membership membership, ActorSystem<?> system, Supplier<CompletionStage<Description>> own) {
    this.membership = membership;
    this.system = system;
    this.own = own;
  }

  /** Every process, this one first, and what waits on any. */
  Survey survey() {
    var asked = new ArrayList<CompletableFuture<Told>>();
    asked.add(told(membership.self(), own.get()));
    for (var peer : membership.peers()) {
      asked.add(told(peer, asked(peer)));
    }
    var told = asked.stream().map(Census::taken).toList();
    return new Survey(
        told.stream().map(Told::portrait).toList(),
        told.stream()
            .flatMap(each -> each.has().waiting().stream())
            .map(FrontDesk.Wish::waiting)
            .toList());
  }

  private record Told(NodeInfo portrait, Description has) {}

  private CompletionStage<Description> asked(Peer peer) {
    if (membership.standing(peer) == Standing.UNREACHABLE) {
      return CompletableFuture.completedStage(UNKNOWN);
    }
    ActorRef<FrontDesk.Command> desk = membership.actor(peer, FrontDesk.NAME);
    return AskPattern.ask(desk, FrontDesk.Describe::new, LIMIT, system.scheduler());
  }

  private CompletableFuture<Told> told(Peer peer, CompletionStage<Description> description) {
    return description
        .exceptionally(unanswered -> UNKNOWN)
        .thenApply(known -> new Told(portrait(peer, known), known))
        .toCompletableFuture();
  }

  private NodeInfo portrait(Peer peer, Description has) {
    return Portrait.of(
        peer,
        membership.standing(peer),
        Description.resources(has.total()),
        Description.resources(has.available()),
        has.store());
  }

  private static Told taken(CompletableFuture<Told> told) {
    try {
      return told.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new WaitInterruptedException("Interrupted while asking the cluster what it has.");
    } catch (ExecutionException e) { // every answer has its fallback
      throw new IllegalStateException("A portrait failed", e.getCause());
    }
  }

  /** Asks a process to leave, and returns at once. */
  void dismiss(NodeId id) {
    var peer = membership.peer(id);
    if (peer == null) {
      throw new InvalidRequestException(
          "Wanted node " + id + " to leave: it is not in this cluster, or no longer.");
    }
    ActorRef<FrontDesk.Command> desk = membership.actor(peer, FrontDesk.NAME);
    desk.tell(new FrontDesk.Leave(membership.self().toString()));
  }
}
