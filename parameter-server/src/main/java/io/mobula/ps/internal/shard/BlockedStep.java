package io.mobula.ps.internal.shard;

import io.mobula.ps.error.HeapException;
import io.mobula.ps.error.ParameterServerException;
import io.mobula.ps.error.TableException;
import io.mobula.ps.internal.heap.HeapAdmission;
import org.jspecify.annotations.Nullable;

/**
 * Step of a bulk synchronous table that all workers have ended but that cannot be applied, because
 * the user's optimizer or aggregator fails or memory is short. Its gradients are kept.
 *
 * @param step number of the step, from 0
 * @param table name of the table and the shard, for messages
 * @param attempts number of failed attempts to apply the step
 */
record BlockedStep(long step, String table, Throwable cause, int attempts) {

  /** Returns the blocked step after another failed attempt. */
  static BlockedStep of(@Nullable BlockedStep before, long step, Throwable cause, String table) {
    int times = before != null && before.step == step ? before.attempts + 1 : 1;
    return new BlockedStep(step, table, cause, times);
  }

  /**
   * Returns whether waiting workers are told. A first failure for want of memory is not reported,
   * as the next attempt may succeed.
   */
  boolean isReportable() {
    return attempts > 1 || !(cause instanceof OutOfMemoryError || cause instanceof HeapException);
  }

  /** Returns the exception for requests that wait for the step. */
  RuntimeException failure() {
    var what = "step " + step + " of " + table;
    return switch (cause) {
      case HeapException full -> new HeapException(text(what, full.getMessage()), full.getCause());
      case TableException failed ->
        new TableException(text(what, failed.getMessage()), failed.getCause());
      case ParameterServerException known -> known;
      case OutOfMemoryError exhausted -> HeapAdmission.exhausted(what, exhausted);
      default ->
        new TableException(text(what, "there was a " + cause.getClass().getName() + "."), cause);
    };
  }

  private static String text(String what, @Nullable String why) {
    return "The " + what + " cannot be applied: " + why + " Its gradients are kept, and every push,"
        + " pull and end of a step tries it again.";
  }
}
