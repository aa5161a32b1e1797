package io.mobula.ps;

import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * What a worker pushes to a sparse table, until it is sent: gradients of hot keys are summed, and
 * several pushes may go as one. For one thread.
 */
final class PushBuffer {
  private final SparsePushSender pushes;
  private final WorkerSession session;
  private final @Nullable HotRowCache hot;
  private final @Nullable GradientBatch gradientBatch;
  private long next; // what is gathered, or comes next, goes as that push; 0 if that is open
  private long nextHot; // so do the sums of hot keys

  /**
   * An empty one.
   *
   * @param hot null if the table has no such keys
   * @param gradientBatch null if each push goes at once
   */
  PushBuffer(
      SparsePushSender pushes,
      WorkerSession session,
      @Nullable HotRowCache hot,
      @Nullable GradientBatch gradientBatch) {
    this.pushes = pushes;
    this.session = session;
    this.hot = hot;
    this.gradientBatch = gradientBatch;
  }

  /** Takes gradients in, and sends what is to be sent now. */
  void put(RowGradients gradients) {
    if (hot != null || gradientBatch != null) {
      pushes.require(gradients.keys()); // now, not when they are sent
    }
    var others = hot == null ? gradients : hot.accumulate(gradients);
    if (gradientBatch == null) {
      send(others);
    } else {
      gradientBatch.add(others);
      if (gradientBatch.isFull()) {
        send(gradientBatch.take());
      }
    }
    if (hot != null && hot.isFull()) {
      sendHot(hot);
    }
    session.settle();
  }

  /** As {@link #put}; completes when all of it is taken in. */
  CompletionStage<@Nullable Void> putTracked(RowGradients gradients) {
    var taken = session.pushFutures().futureOf(next());
    if (hot != null && hot.containsAny(gradients.keys())) {
      taken =
          taken.thenCombine(session.pushFutures().futureOf(nextHot()), (nothing, noMore) -> null);
    }
    put(gradients);
    return taken;
  }

  /** Sends all there is. */
  void flush() {
    if (gradientBatch != null) {
      send(gradientBatch.take());
    }
    if (hot != null) {
      sendHot(hot);
    }
  }

  private long next() {
    next = next == 0 ? session.nextPush() : next;
    return next;
  }

  private long nextHot() {
    nextHot = nextHot == 0 ? session.nextPush() : nextHot;
    return nextHot;
  }

  private void send(RowGradients gradients) {
    long push = next();
    next = 0;
    send(gradients, push);
  }

  private void sendHot(HotRowCache from) {
    long push = nextHot();
    nextHot = 0;
    send(from.take(), push);
  }

  private void send(RowGradients gradients, long push) {
    pushes.push(gradients, push);
    session.pushFutures().settle(push);
  }
}
