package io.mobula.ps;

import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * What a worker pushes to a sparse table, until it is sent: gradients of hot keys are summed, and
 * several pushes may go as one. For one thread.
 */
final class Outbox {
  private final SparsePushes pushes;
  private final Seat seat;
  private final @Nullable HotRows hot;
  private final @Nullable Gathered gathered;
  private long next; // what is gathered, or comes next, goes as that push; 0 if that is open
  private long nextHot; // so do the sums of hot keys

  /**
   * An empty one.
   *
   * @param hot null if the table has no such keys
   * @param gathered null if each push goes at once
   */
  Outbox(SparsePushes pushes, Seat seat, @Nullable HotRows hot, @Nullable Gathered gathered) {
    this.pushes = pushes;
    this.seat = seat;
    this.hot = hot;
    this.gathered = gathered;
  }

  /** Takes gradients in, and sends what is to be sent now. */
  void put(RowGradients gradients) {
    if (hot != null || gathered != null) {
      pushes.require(gradients.keys()); // now, not when they are sent
    }
    var others = hot == null ? gradients : hot.keep(gradients);
    if (gathered == null) {
      send(others);
    } else {
      gathered.add(others);
      if (gathered.isFull()) {
        send(gathered.take());
      }
    }
    if (hot != null && hot.isFull()) {
      sendHot(hot);
    }
    seat.settle();
  }

  /** As {@link #put}; completes when all of it is taken in. */
  CompletionStage<@Nullable Void> follow(RowGradients gradients) {
    var taken = seat.receipts().of(next());
    if (hot != null && hot.isAny(gradients.keys())) {
      taken = taken.thenCombine(seat.receipts().of(nextHot()), (nothing, noMore) -> null);
    }
    put(gradients);
    return taken;
  }

  /** Sends all there is. */
  void flush() {
    if (gathered != null) {
      send(gathered.take());
    }
    if (hot != null) {
      sendHot(hot);
    }
  }

  private long next() {
    next = next == 0 ? seat.nextPush() : next;
    return next;
  }

  private long nextHot() {
    nextHot = nextHot == 0 ? seat.nextPush() : nextHot;
    return nextHot;
  }

  private void send(RowGradients gradients) {
    long push = next();
    next = 0;
    send(gradients, push);
  }

  private void sendHot(HotRows from) {
    long push = nextHot();
    nextHot = 0;
    send(from.take(), push);
  }

  private void send(RowGradients gradients, long push) {
    pushes.push(gradients, push);
    seat.receipts().settle(push);
  }
}
