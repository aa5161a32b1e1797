package io.mobula.internal.directory;

import akka.actor.typed.ActorRef;
import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.error.RuntimeClosedException;
import io.mobula.spi.HoldStatement;
import io.mobula.spi.Lineage;
import io.mobula.spi.LocateResult;
import io.mobula.spi.ObjectDirectory;
import io.mobula.spi.PublishedObject;
import io.mobula.spi.ReconstructionReply;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A node's client of the directory: a state that all threads may change, and an agent that sends
 * and receives for it.
 */
final class ShardedDirectory implements ObjectDirectory {
  private final NodeId self;
  private final LocalDirectoryState table;
  private final AtomicBoolean agentAwake;
  private final ActorRef<DirectoryAgent.Command> agent;
  private final Runnable onClose;
  private boolean closed;

  /**
   * Creates the client of a state that has an agent.
   *
   * @param awake whether the agent knows that there is something new; the agent clears it
   * @param onClose stops hosting shards in this process
   */
  ShardedDirectory(
      NodeId self,
      LocalDirectoryState table,
      AtomicBoolean awake,
      ActorRef<DirectoryAgent.Command> agent,
      Runnable onClose) {
    this.self = self;
    this.table = table;
    this.agentAwake = awake;
    this.agent = agent;
    this.onClose = onClose;
  }

  private void update(Consumer<StatementTable> what) {
    synchronized (table) {
      what.accept(table.statements());
    }
    wake();
  }

  private void wake() {
    if (!agentAwake.getAndSet(true)) {
      agent.tell(new DirectoryAgent.WakeUp());
    }
  }

  @Override
  public void hold(ObjectId id) {
    update(statements -> statements.hold(id));
  }

  @Override
  public void release(ObjectId id) {
    update(statements -> statements.release(id));
  }

  @Override
  public void reportAttempt(ObjectId id, int attempt) {
    if (attempt < 0) {
      throw new IllegalArgumentException("Attempts count from one, not " + attempt);
    }
    update(statements -> statements.reportAttempt(id, attempt));
  }

  @Override
  public void publish(ObjectId id, PublishedObject what) {
    update(statements -> statements.publish(id, what));
  }

  @Override
  public void recordLineage(ObjectId id, Lineage lineage) {
    update(statements -> statements.recordLineage(id, lineage));
  }

  @Override
  public void markNotReconstructible(ObjectId id, String why) {
    update(statements -> statements.markNotReconstructible(id, why));
  }

  @Override
  public void retract(ObjectId id) {
    update(statements -> statements.retract(id));
  }

  @Override
  public CompletionStage<LocateResult> locate(ObjectId id, int lostAttempt) {
    return ask(asking -> asking.locate(id, lostAttempt));
  }

  @Override
  public CompletionStage<ReconstructionReply> requestReconstruction(ObjectId id, int lostAttempt) {
    return ask(asking -> asking.requestReconstruction(id, lostAttempt));
  }

  /** Restarts the timeouts of queries, because a node has joined or left. */
  void onMembershipChange() {
    synchronized (table) {
      table.queries().restartTimeouts(DirectoryEntity.now());
    }
  }

  private <T> CompletionStage<T> ask(Function<LocalDirectoryState, CompletableFuture<T>> question) {
    CompletableFuture<T> answer;
    synchronized (table) {
      if (closed) {
        return CompletableFuture.failedFuture(closed());
      }
      answer = question.apply(table);
    }
    wake();
    return answer.minimalCompletionStage();
  }

  private RuntimeClosedException closed() {
    return new RuntimeClosedException("The directory of node " + self + " is closed.");
  }

  @Override
  public HoldStatement statementOf(ObjectId id) {
    synchronized (table) {
      return table.statements().statementOf(id);
    }
  }

  @Override
  public void relayStatements(List<HoldStatement> others) {
    update(statements -> statements.relayStatements(others));
  }

  @Override
  public long beginTransit(ObjectId id, Duration timeout) {
    long token = ThreadLocalRandom.current().nextLong();
    update(statements ->
        statements.beginTransit(id, token, DirectoryEntity.now() + timeout.toMillis()));
    return token;
  }

  @Override
  public void endTransit(ObjectId id, long transit) {
    update(statements -> statements.endTransit(id, transit));
  }

  @Override
  public void close() {
    List<CompletableFuture<?>> abandoned;
    synchronized (table) {
      if (closed) {
        return;
      }
      closed = true;
      abandoned = table.queries().removeAll();
    }
    agent.tell(new DirectoryAgent.Stop());
    abandoned.forEach(answer -> answer.completeExceptionally(closed()));
    onClose.run();
  }
}
