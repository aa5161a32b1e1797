package io.mobula.internal.job;

import io.mobula.internal.lane.FrameKind;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.lane.NodeMessaging;
import java.util.function.BooleanSupplier;

/** Responder of a worker process to its node, which asks whether the worker may be ended. */
public final class IdleResponder {
  private IdleResponder() {}

  /**
   * Registers the responder: an idle worker answers, a busy one stays silent.
   *
   * @param isBusy whether this process has any work
   */
  public static void register(NodeMessaging messaging, BooleanSupplier isBusy) {
    messaging.on(FrameKind.IDLE_QUERY, (from, in) -> {
      long employed = in.int64();
      Thread.ofPlatform().daemon().name("mobula-idle").start(() -> {
        if (isBusy.getAsBoolean()) {
          System.gc(); // ends actors without handles, as this process has no lease
        } else {
          messaging.send(
              from, FrameWriter.of(FrameKind.IDLE_REPLY).int64(employed).toBytes());
        }
      });
    });
  }
}
