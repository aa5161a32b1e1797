package io.mobula.internal.job;

import io.mobula.internal.lane.FrameRouter;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.lane.PeerTransport;
import java.util.function.BooleanSupplier;

/** A worker process's answer to its node, which asks whether it may be ended. */
public final class IdleResponder {
  private IdleResponder() {}

  /**
   * Answers from now on: a worker that may go says so, another says nothing.
   *
   * @param isBusy whether anything here is worked on
   */
  public static void register(
      PeerTransport peerTransport, FrameRouter router, BooleanSupplier isBusy) {
    router.on(JobWorkerPool.IDLE_QUERY, (from, in) -> {
      long employed = in.int64();
      Thread.ofPlatform().daemon().name("mobula-idle").start(() -> {
        if (isBusy.getAsBoolean()) {
          System.gc(); // actors that nobody reaches end then, and this process has no lease
        } else {
          peerTransport.send(
              from,
              new FrameWriter().octet(JobWorkerPool.IDLE_REPLY).int64(employed).toBytes());
        }
      });
    });
  }
}
