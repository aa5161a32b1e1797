package io.mobula.internal.call;

import io.mobula.internal.codec.CapturedThrowable;
import io.mobula.internal.store.ObjectStore;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Cancellation of a completion stage that a user function has returned instead of a value. */
public final class StageCancellation {
  private static final Logger LOG = LoggerFactory.getLogger(StageCancellation.class);

  private StageCancellation() {}

  /**
   * Cancels the stage on a callback thread, where code that users attached to it may run and block.
   */
  public static void cancel(CompletionStage<?> stage, ObjectStore store) {
    store.threads().runCallback(() -> {
      try {
        stage.toCompletableFuture().cancel(true);
      } catch (Throwable refused) { // thrown by a method of the user's class
        LOG.debug(
            "A {} cannot be cancelled; its value will be ignored: {}",
            stage.getClass(),
            CapturedThrowable.textOf(refused));
      }
    });
  }
}
