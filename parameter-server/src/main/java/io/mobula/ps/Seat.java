package io.mobula.ps;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;
import io.mobula.ps.clock.Mark;
import io.mobula.ps.shard.ForgottenException;
import io.mobula.ps.shard.Layout;
import io.mobula.ps.shard.MovedException;
import io.mobula.ps.shard.Sender;
import io.mobula.ps.shard.ShardActor;
import io.mobula.ps.shard.TableSpec;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A worker's place at a table, whatever its kind: joins, counts steps, keeps what it has sent until
 * that is taken in, and leaves. What a shard refuses because parameters have moved, or because it
 * came back from a checkpoint that does not know the worker, is sent again when all that was on its
 * way is settled. For one thread.
 */
final class Seat {
  private final TableSpec table;
  private final Reach reach;
  private final MobulaRuntime runtime;
  private final int rank;
  private final int maxInFlight;
  private final long worker = ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE);
  private final Deque<Sent> inFlight = new ArrayDeque<>();
  private final Receipts receipts = new Receipts();
  private Layout layout;
  private long[] sequences;
  private long ended;
  private long pushes;
  private boolean open = true;
  private boolean hasPushed; // in the present step
  private boolean leaveRefused;
  private final Parcel leaving = Parcel.of(() -> leaveRefused = true);

  /**
   * Something that is under way to a shard.
   *
   * @param counts whether it is a push
   */
  private record Sent(long step, int shard, boolean counts, ObjectRef<?> answer, Parcel parcel) {}

  Seat(TableSpec table, Reach reach, MobulaRuntime runtime, int rank, int maxInFlight) {
    if (maxInFlight < 0) {
      throw new IllegalArgumentException(
          "Wanted maxInFlight=" + maxInFlight + ": use 0 for pushes that wait for themselves.");
    }
    this.table = table;
    this.reach = reach;
    this.runtime = runtime;
    this.rank = rank;
    this.maxInFlight = maxInFlight;
    this.layout = reach.layout();
    this.sequences = new long[layout.size()];
  }

  void join() {
    var steps = reach.allOf((shard, version) -> Mobula.<Long>remoteStage(
        shard.call(ShardActor::join, table.id(), version, worker, rank, runtime.nodeId())));
    adopt(reach.layout());
    ended = steps.stream().mapToLong(Long::longValue).max().orElseThrow();
    if (steps.stream().anyMatch(step -> step < ended)) {
      tellClock();
    }
  }

  private void adopt(Layout present) {
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
    return ended;
  }

  /** The layout in which it sends at present. */
  Layout layout() {
    return layout;
  }

  /** What the next push to a shard says of its sender. */
  Sender next(int shard, long step) {
    return new Sender(worker, ++sequences[shard], step, layout.version());
  }

  /** Numbers a push to any number of shards, from 1. */
  long nextPush() {
    return ++pushes;
  }

  /** The futures of pushes. */
  Receipts receipts() {
    return receipts;
  }

  void requireOpen() {
    if (!open) {
      throw new IllegalStateException(
          "Worker " + rank + " of " + table + " was closed before: join again.");
    }
  }

  // ---- what is under way

  /** Notes a push of a step. */
  void sent(int shard, long step, ObjectRef<?> answer, Parcel parcel) {
    hasPushed |= step == ended;
    inFlight.addLast(new Sent(step, shard, true, answer, parcel));
    receipts.sent(parcel.push(), answer);
  }

  /** Waits for the oldest while too many are under way. */
  void settle() {
    settleDownTo(maxInFlight * layout.size());
  }

  /**
   * Waits until no more than so many are under way, but for those that wait for the end of the
   * present step.
   */
  void settleDownTo(int left) {
    while (inFlight.size() > left
        && !(table.consistency().isBulk()
            && inFlight.getFirst().counts()
            && inFlight.getFirst().step() >= ended)) {
      settleFirst();
    }
  }

  /** Waits for all, for those of the present step, too: where none waits for its end. */
  void drain() {
    while (!inFlight.isEmpty()) {
      settleFirst();
    }
  }

  private void settleFirst() {
    var refused = new Refused();
    settle(inFlight.removeFirst(), refused);
    if (refused.any()) {
      recover(refused);
    }
  }

  private void settle(Sent sent, Refused refused) {
    try {
      sent.parcel().taken(Shards.reached(() -> {
        Shards.await(runtime, sent.answer(), () -> lookAround(sent.shard()));
        return Shards.taken(sent.answer());
      }));
    } catch (MovedException e) {
      refused.moved(sent.parcel());
    } catch (ForgottenException e) {
      refused.forgotten(sent.parcel());
    }
  }

  /** What shards did not take in, and are to be sent again. */
  static final class Refused {
    private final List<Parcel> parcels = new ArrayList<>();
    private boolean moved;
    private boolean forgotten;
    private boolean unknown;

    /** A shard has, or is about to have, other parameters. */
    void moved(Parcel parcel) {
      moved = true;
      parcels.add(parcel);
    }

    /** A shard does not know the worker. */
    void forgotten(Parcel parcel) {
      forgotten = true;
      parcels.add(parcel);
    }

    /** A shard does not know the list of keys. */
    void unknown(Parcel parcel) {
      unknown = true;
      parcels.add(parcel);
    }

    boolean any() {
      return moved || forgotten || unknown;
    }

    /** Sends all again, those of one push together, in the order in which they were sent. */
    private void again() {
      var pushes = new TreeMap<Long, List<Parcel>>();
      for (var parcel : parcels) {
        pushes.computeIfAbsent(parcel.push(), push -> new ArrayList<>()).add(parcel);
      }
      var others = pushes.remove(Parcel.NO_PUSH);
      pushes.values().forEach(push -> push.getFirst().again(push));
      if (others != null) {
        others.forEach(parcel -> parcel.again(List.of(parcel)));
      }
    }
  }

  /**
   * Waits for all that is under way, learns where the parameters are, and sends again what was
   * refused.
   */
  void recover(Refused refused) {
    try {
      sendAgain(refused);
    } catch (RuntimeException e) {
      refused.parcels.forEach(parcel -> receipts.fail(parcel.push(), e));
      throw e;
    }
  }

  private void sendAgain(Refused refused) {
    while (!inFlight.isEmpty()) {
      settle(inFlight.removeFirst(), refused);
    }
    if (refused.moved) {
      var present = reach.refresh();
      if (present.version() != layout.version()) {
        adopt(present);
      }
    }
    if (refused.forgotten) {
      var mark = new Mark(worker, rank, runtime.nodeId(), ended, 0, false);
      Shards.reached(() -> Shards.all(
          layout.shards(),
          shard -> Mobula.remoteStage(shard.call(ShardActor::rejoin, table.id(), mark))));
    }
    refused.again();
    refused.parcels.forEach(parcel -> receipts.settle(parcel.push()));
    if (open) {
      tellClock();
    }
  }

  /** Has a shard see who is dead of those that others wait for. */
  void lookAround(int shard) {
    if (shard < layout.size()) {
      layout
          .shards()
          .get(shard)
          .call(
              ShardActor::lookAround, table.id(), table.consistency().patience().toNanos())
          .remote()
          .close();
    }
  }

  // ---- steps

  /** A step is over; the shards are told by what is sent next. */
  void endStep() {
    requireOpen();
    hasPushed = false;
    ended++;
  }

  void clock() {
    endStep();
    tellClock();
  }

  private void tellClock() {
    Shards.reached(() -> {
      for (int i = 0; i < layout.size(); i++) {
        tellClock(i);
      }
      return inFlight;
    });
  }

  /** Tells a shard that a step is over. */
  void tellClock(int shard) {
    ObjectRef<?> told = Mobula.remoteStage(layout
        .shards()
        .get(shard)
        .call(ShardActor::clock, table.id(), worker, layout.version(), ended));
    inFlight.addLast(new Sent(ended, shard, false, told, Parcel.NOTHING));
  }

  /** Leaves, and waits until all that was sent is taken in. Again does nothing. */
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
    long lastStep = hasPushed ? ended + 1 : ended; // leaving ends the step
    Shards.reached(() -> {
      for (int i = 0; i < layout.size(); i++) {
        ObjectRef<?> told = Mobula.remoteStage(layout
            .shards()
            .get(i)
            .call(ShardActor::leave, table.id(), worker, layout.version(), lastStep));
        inFlight.addLast(new Sent(ended, i, false, told, leaving));
      }
      return inFlight;
    });
  }
}
