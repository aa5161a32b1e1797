package io.mobula.ps.shard;

import io.mobula.ps.error.HeapException;
import io.mobula.ps.error.ParameterServerException;
import io.mobula.ps.error.TableException;
import io.mobula.ps.heap.HeapAdmission;
import org.jspecify.annotations.Nullable;

/**
 * A step of a bulk synchronous table that all workers have ended and that cannot be applied, as the
 * program's optimizer or aggregator fails, or for want of memory. Its gradients are kept.
 *
 * @param step counts from 0
 * @param table and the shard, for people
 * @param attempts how often it was tried in vain
 */
record BlockedStep(long step, String table, Throwable cause, int attempts) {

  /** It was tried in vain, for the first time or again. */
  static BlockedStep of(@Nullable BlockedStep before, long step, Throwable cause, String table) {
    int times = before != null && before.step == step ? before.attempts + 1 : 1;
    return new BlockedStep(step, table, cause, times);
  }

  /** Memory may be there at the next try, for which nobody needs to be told. */
  boolean isReportable() {
    return attempts > 1 || !(cause instanceof OutOfMemoryError || cause instanceof HeapException);
  }

  /** What those fail with who wait for it. */
  RuntimeException failure() {
    var what = "step " + step + " of " + table;
    return switch (cause) {
      case ParameterServerException known -> known;
      case OutOfMemoryError exhausted -> HeapAdmission.exhausted(what, exhausted);
      default ->
        new TableException(
            "The " + what + " cannot be applied: " + cause.getClass().getName()
                + " came out of its optimizer, schedule or aggregator. Its gradients are kept, and"
                + " every push, pull and end of a step tries it again. The other tables of the"
                + " server live on.",
            cause);
    };
  }
}
