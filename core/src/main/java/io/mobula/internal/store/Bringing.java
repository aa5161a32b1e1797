package io.mobula.internal.store;

import io.mobula.error.MobulaException;
import io.mobula.error.ObjectLostException;
import io.mobula.error.WaitInterruptedException;
import io.mobula.internal.execution.Execution;
import java.util.concurrent.ExecutionException;

/**
 * Waits until a value of another process is readable here; an execution gives its CPU back
 * meanwhile.
 */
final class Bringing {
  private Bringing() {}

  /**
   * The local content.
   *
   * @throws ObjectLostException when it can be had nowhere
   */
  static Content await(Content.Away away) {
    var brought = away.remote().bring().toCompletableFuture();
    boolean now = brought.isDone();
    var hold = Execution.currentHold();
    if (!now) {
      hold.giveBack();
    }
    try {
      return brought.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new WaitInterruptedException("Interrupted while a value of "
          + away.remote().bytes() + " bytes was brought from another node.");
    } catch (ExecutionException failed) {
      throw failed.getCause() instanceof MobulaException known
          ? known
          : new ObjectLostException(
              "A value of " + away.remote().bytes() + " bytes cannot be brought from another node: "
                  + failed.getCause(),
              failed.getCause());
    } finally {
      if (!now) {
        hold.takeBack();
      }
    }
  }
}
