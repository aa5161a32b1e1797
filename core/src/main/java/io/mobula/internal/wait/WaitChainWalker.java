package io.mobula.internal.wait;

import io.mobula.NodeId;
import io.mobula.info.WaitReport.WaitCause;
import io.mobula.internal.wait.WaitStep.Next;
import io.mobula.internal.wait.WaitStep.Work;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Walker that follows chains of waits. Where a chain branches and not all branches are needed, the
 * walker follows the branch with the worst end among those that are. Belongs to one thread, which
 * waits for answers of actors and of other processes up to a total timeout.
 */
public final class WaitChainWalker {
  private static final int MAX_BRANCHES = 16;
  private static final int MAX_LINKS = 48;
  private static final int MAX_STEPS = 20_000;
  private static final int MAX_STEPS_AT_ONCE = 200; // in a thread that gives up waiting

  private final long end;
  private final PeerQueries peers;
  private final int maxSteps;
  private final long minAgeNanos;
  private final IdentityHashMap<WaitPoint, WaitChain> known = new IdentityHashMap<>();
  private final Set<WaitPoint> path = Collections.newSetFromMap(new IdentityHashMap<>());
  private int steps;

  /** Port for queries to other processes about what their work waits for. */
  @FunctionalInterface
  public interface PeerQueries {
    /** Queries no process: a chain that leads to another process ends there. */
    PeerQueries NOBODY =
        (peer, work, nanos) -> WaitStep.end("node " + peer + " must give it", WaitCause.PEER);

    /** Asks that process about the work, and waits for the answer up to this many nanoseconds. */
    WaitStep query(NodeId peer, Work work, long nanos);
  }

  private WaitChainWalker(Duration timeout, PeerQueries peers, int maxSteps, Duration youngest) {
    this.end = System.nanoTime() + timeout.toNanos();
    this.peers = peers;
    this.maxSteps = maxSteps;
    this.minAgeNanos = youngest.toNanos();
  }

  /** Makes a walker that waits for answers up to this long in total. */
  public static WaitChainWalker withTimeout(Duration timeout, PeerQueries peers) {
    return withTimeout(timeout, peers, Duration.ZERO);
  }

  /**
   * Makes a walker that waits for answers up to this long in total, and queries no other process
   * about waits that are younger than {@code youngest}.
   */
  public static WaitChainWalker withTimeout(
      Duration timeout, PeerQueries peers, Duration youngest) {
    return new WaitChainWalker(timeout, peers, MAX_STEPS, youngest);
  }

  /** Makes a walker that does not wait for answers. */
  public static WaitChainWalker nonBlocking() {
    return new WaitChainWalker(Duration.ZERO, PeerQueries.NOBODY, MAX_STEPS_AT_ONCE, Duration.ZERO);
  }

  /** Follows the chain that begins at this wait point. */
  public WaitChain walk(WaitPoint from) {
    var before = known.get(from);
    if (before != null) {
      return before;
    }
    if (path.size() >= MAX_LINKS || ++steps > maxSteps) {
      return leaf(from, WaitStep.end("and so on", WaitCause.UNKNOWN));
    }
    if (!path.add(from)) {
      return leaf(from, WaitStep.end("which leads back to what came before", WaitCause.UNKNOWN));
    }
    try {
      var chain = follow(from, from.waitStep());
      known.put(from, chain);
      return chain;
    } finally {
      path.remove(from);
    }
  }

  private WaitChain follow(WaitPoint from, WaitStep step) {
    return switch (step.next()) {
      case Next.ChainEnd(var how) -> new WaitChain(from, step, null, how);
      case Next.WaitPoints(var waitPoint, var spare) ->
        before(from, step, branch(from, waitPoint, spare));
      case Next.Query(var question) -> {
        var answer = answerOf(question.get());
        yield answer == null
            ? new WaitChain(from, step, null, WaitCause.UNKNOWN)
            : before(from, step, follow(from, answer));
      }
      case Next.RemoteWork(var peer, var work) ->
        before(from, step, follow(from, ask(step, peer, work)));
    };
  }

  private WaitStep ask(WaitStep step, NodeId peer, Work work) {
    boolean young = step.since() != 0 && System.nanoTime() - step.since() < minAgeNanos;
    return young ? PeerQueries.NOBODY.query(peer, work, 0) : peers.query(peer, work, left());
  }

  private long left() {
    return Math.max(0, end - System.nanoTime());
  }

  private static WaitChain before(WaitPoint from, WaitStep step, WaitChain rest) {
    return new WaitChain(from, step, rest, rest.end());
  }

  private static WaitChain leaf(WaitPoint of, WaitStep step) {
    return new WaitChain(
        of, step, null, step.next() instanceof Next.ChainEnd(var how) ? how : WaitCause.UNKNOWN);
  }

  private WaitChain branch(WaitPoint from, List<? extends WaitPoint> waitPoint, int spare) {
    var chains = new ArrayList<WaitChain>();
    for (var each : waitPoint.subList(0, Math.min(MAX_BRANCHES, waitPoint.size()))) {
      chains.add(walk(each));
    }
    chains.sort(Comparator.comparingInt(chain -> rank(chain.end())));
    return spare < chains.size()
        ? chains.get(spare)
        : leaf(from, WaitStep.end("one of " + waitPoint.size() + " is enough", WaitCause.UNKNOWN));
  }

  /** Orders causes from the worst to the least bad. */
  private static int rank(WaitCause cause) {
    return switch (cause) {
      case NOBODY -> 0;
      case SILENT_PEER -> 1;
      case PEER -> 2;
      case RESOURCES -> 3;
      case TIMER -> 4;
      case PROGRAM -> 5;
      case RUNNING -> 6;
      case UNKNOWN -> 7;
      case READY -> 8;
    };
  }

  private @Nullable WaitStep answerOf(CompletionStage<WaitStep> asked) {
    var answer = asked.toCompletableFuture();
    try {
      return answer.isDone() ? answer.join() : answer.get(left(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException
        | ExecutionException
        | CompletionException
        | CancellationException e) {
      // the asked actor or process is busy or has ended: that is not the end of a chain
      return null;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    }
  }
}
