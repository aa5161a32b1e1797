package io.mobula.ps;

import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;
import io.mobula.ResultForm;
import io.mobula.ps.internal.clock.WorkerClock;
import io.mobula.ps.internal.shard.ParametersMovedException;
import io.mobula.ps.internal.shard.PushOrigin;
import io.mobula.ps.internal.shard.ShardActor;
import io.mobula.ps.internal.shard.ShardLayout;
import io.mobula.ps.internal.shard.TableSpec;
import io.mobula.ps.internal.shard.UnknownWorkerException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ThreadLocalRandom;

/**
 * State of a worker that has joined a table of either kind: counts steps, and keeps each request
 * until the shard acknowledges it. A shard refuses a request if parameters have moved, or if the
 * shard was restarted from a checkpoint that does not know the worker; the session resends refused
 * requests after all others in flight have ended. For one thread.
 */
final class WorkerSession {
  private final TableSpec table;
  private final ShardClient shardClient;
  private final MobulaRuntime runtime;
  private final int rank;
  private final int maxInFlight;
  private final long worker = ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE);
  private final Deque<InFlightRequest> inFlight = new ArrayDeque<>();
  private final PushFutures pushFutures = new PushFutures();
  private ShardLayout layout;
  private long[] sequences;
  private long endedSteps;
  private long pushes;
  private boolean open = true;
  private boolean hasPushed; // in the current step
  private boolean leaveRefused;
  private final InFlightPush leaveRequest = InFlightPush.of(() -> leaveRefused = true);

  /**
   * Request that is in flight to a shard.
   *
   * @param counts whether it is a push
   */
  private record InFlightRequest(
      long step, int shard, boolean counts, ObjectRef<?> answer, InFlightPush push) {}

  WorkerSession(
      TableSpec table, ShardClient shardClient, MobulaRuntime runtime, int rank, int maxInFlight) {
    if (maxInFlight < 0) {
      throw new IllegalArgumentException(
          "Wanted maxInFlight=" + maxInFlight + ": use 0 for pushes that wait for themselves.");
    }
    this.table = table;
    this.shardClient = shardClient;
    this.runtime = runtime;
    this.rank = rank;
    this.maxInFlight = maxInFlight;
    this.layout = shardClient.layout();
    this.sequences = new long[layout.size()];
  }

  void join() {
    var steps = shardClient.callAllWithLayout((shard, version) -> shard
        .call(ShardActor::join, table.id(), version, worker, rank, runtime.nodeId())
        .remote(ResultForm.<Long>async()));
    adopt(shardClient.layout());
    endedSteps = steps.stream().mapToLong(Long::longValue).max().orElseThrow();
    if (steps.stream().anyMatch(step -> step < endedSteps)) {
      tellClock();
    }
  }

  private void adopt(ShardLayout present) {
    layout = present;
    sequences = new long[present.size()];
  }

  long worker() {
    return worker;
  }

  int rank() {
    return rank;
  }

  long steps() {
    return endedSteps;
  }

  /** Returns the layout under which the session sends at present. */
  ShardLayout layout() {
    return layout;
  }

  /** Returns the origin of the next push to a shard, with the next sequence number. */
  PushOrigin nextOrigin(int shard, long step) {
    return new PushOrigin(worker, ++sequences[shard], step, layout.version());
  }

  /** Returns the number of the next push, which may go to any number of shards; from 1. */
  long nextPush() {
    return ++pushes;
  }

  /** Returns the futures of the worker's pushes. */
  PushFutures pushFutures() {
    return pushFutures;
  }

  void requireOpen() {
    if (!open) {
      throw new IllegalStateException(
          "Worker " + rank + " of " + table + " was closed before: join again.");
    }
  }

  // ---- requests in flight

  /** Records a push of a step that was sent. */
  void trackPush(int shard, long step, ObjectRef<?> answer, InFlightPush inFlightPush) {
    hasPushed |= step == endedSteps;
    inFlight.addLast(new InFlightRequest(step, shard, true, answer, inFlightPush));
    pushFutures.sent(inFlightPush.push(), answer);
  }

  /** Waits for the oldest requests while too many are in flight. */
  void settle() {
    awaitInFlight(maxInFlight * layout.size());
  }

  /**
   * Waits until at most {@code left} requests are in flight, except pushes that wait for the end of
   * the current step.
   */
  void awaitInFlight(int left) {
    while (inFlight.size() > left
        && !(table.consistency().isBulk()
            && inFlight.getFirst().counts()
            && inFlight.getFirst().step() >= endedSteps)) {
      awaitOldest();
    }
  }

  /** Waits for all requests. Only for use where no push waits for the end of the current step. */
  void drain() {
    while (!inFlight.isEmpty()) {
      awaitOldest();
    }
  }

  private void awaitOldest() {
    var refused = new RefusedPushes();
    settle(inFlight.removeFirst(), refused);
    if (refused.hasAny()) {
      recover(refused);
    }
  }

  private void settle(InFlightRequest sent, RefusedPushes refused) {
    try {
      sent.push().onAcknowledged(ShardCalls.translateFailures(() -> {
        ShardCalls.await(runtime, sent.answer(), () -> requestEviction(sent.shard()));
        return ShardCalls.getAndClose(sent.answer());
      }));
    } catch (ParametersMovedException e) {
      refused.moved(sent.push());
    } catch (UnknownWorkerException e) {
      refused.forgotten(sent.push());
    }
  }

  /** Waits for all requests in flight, refreshes the layout, and resends the refused requests. */
  void recover(RefusedPushes refused) {
    try {
      sendAgain(refused);
    } catch (RuntimeException e) {
      refused.forEach(inFlightPush -> pushFutures.fail(inFlightPush.push(), e));
      throw e;
    }
  }

  private void sendAgain(RefusedPushes refused) {
    while (!inFlight.isEmpty()) {
      settle(inFlight.removeFirst(), refused);
    }
    if (refused.hasMoved()) {
      var present = shardClient.refresh();
      if (present.version() != layout.version()) {
        adopt(present);
      }
    }
    if (refused.hasForgotten()) {
      var clock = new WorkerClock(worker, rank, runtime.nodeId(), endedSteps, 0, false);
      ShardCalls.translateFailures(() -> ShardCalls.callAll(
          layout.shards(),
          shard -> shard.call(ShardActor::rejoin, table.id(), clock).remote(ResultForm.async())));
    }
    refused.resendAll();
    refused.forEach(inFlightPush -> pushFutures.settle(inFlightPush.push()));
    if (open) {
      tellClock();
    }
  }

  /**
   * Asks a shard to evict workers that are dead or unresponsive and that other workers wait for.
   */
  void requestEviction(int shard) {
    if (shard < layout.size()) {
      layout
          .shards()
          .get(shard)
          .call(
              ShardActor::evictUnresponsive,
              table.id(),
              table.consistency().workerTimeout().toNanos())
          .remote()
          .close();
    }
  }

  // ---- steps

  /** Ends a step locally; the next request tells the shards. */
  void endStep() {
    requireOpen();
    hasPushed = false;
    endedSteps++;
  }

  void clock() {
    endStep();
    tellClock();
  }

  private void tellClock() {
    ShardCalls.translateFailures(() -> {
      for (int i = 0; i < layout.size(); i++) {
        tellClock(i);
      }
      return inFlight;
    });
  }

  /** Tells a shard that a step has ended. */
  void tellClock(int shard) {
    ObjectRef<?> told = layout
        .shards()
        .get(shard)
        .call(ShardActor::clock, table.id(), worker, layout.version(), endedSteps)
        .remote(ResultForm.async());
    inFlight.addLast(new InFlightRequest(endedSteps, shard, false, told, InFlightPush.NOTHING));
  }

  /**
   * Leaves the table and waits until the shards have taken everything that was sent. Idempotent.
   */
  void leave() {
    if (!open) {
      return;
    }
    open = false;
    do {
      leaveRefused = false;
      sendLeave();
      drain();
    } while (leaveRefused);
  }

  private void sendLeave() {
    long lastStep = hasPushed ? endedSteps + 1 : endedSteps; // leaving ends the step
    ShardCalls.translateFailures(() -> {
      for (int i = 0; i < layout.size(); i++) {
        ObjectRef<?> told = layout
            .shards()
            .get(i)
            .call(ShardActor::leave, table.id(), worker, layout.version(), lastStep)
            .remote(ResultForm.async());
        inFlight.addLast(new InFlightRequest(endedSteps, i, false, told, leaveRequest));
      }
      return inFlight;
    });
  }
}
