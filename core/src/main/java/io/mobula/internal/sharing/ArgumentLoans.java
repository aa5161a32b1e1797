package io.mobula.internal.sharing;

import io.mobula.ObjectId;
import io.mobula.internal.store.ObjectContent;
import io.mobula.internal.store.ObjectEntry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Large arguments of calls that another process of this host reads in place until it has answered
 * the call. The caller holds them that long anyway and no third process learns of them, so the
 * directory is not told, and their memory is freed at once. Safe for all threads.
 */
final class ArgumentLoans {
  private final Map<ObjectId, Loan> open = new ConcurrentHashMap<>();

  private record Loan(ObjectEntry entry, int times) {}

  /**
   * Keeps the argument readable for its borrower.
   *
   * @return ends this loan; to be run once
   */
  Runnable lend(ObjectEntry entry) {
    var id = entry.id();
    var held = entry.retain();
    open.compute(id, (key, loan) -> new Loan(held, loan == null ? 1 : loan.times() + 1));
    return () -> {
      open.computeIfPresent(
          id, (key, loan) -> loan.times() == 1 ? null : new Loan(held, loan.times() - 1));
      held.release();
    };
  }

  /** Returns the argument that is lent under that id, or null. */
  ResultLoans.@Nullable LentObject lent(ObjectId id) {
    var loan = open.get(id);
    return loan != null && loan.entry().outcome() instanceof ObjectContent.Sealed sealed
        ? new ResultLoans.LentObject(id, 1, sealed)
        : null;
  }
}
