package io.mobula.ps;

import io.mobula.ObjectRef;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One worker's way to a table: pulls parameters and pushes gradients without waiting for them, a
 * bounded number at a time. For one thread; it stays where it was made.
 *
 * <pre>{@code
 * try (Worker worker = table.join()) {
 *   worker.push(gradient(worker.pull()));
 * }
 * }</pre>
 */
public final class Worker implements AutoCloseable {
  static final int DEFAULT_MAX_IN_FLIGHT = 4;

  private final DenseTable table;
  private final int maxInFlight;
  private final Deque<List<ObjectRef<@Nullable Void>>> inFlight = new ArrayDeque<>();

  Worker(DenseTable table, int maxInFlight) {
    if (maxInFlight < 0) {
      throw new IllegalArgumentException(
          "Wanted maxInFlight=" + maxInFlight + ": use 0 for pushes that wait for themselves.");
    }
    this.table = table;
    this.maxInFlight = maxInFlight;
  }

  /**
   * Waits for a copy of all parameters, this worker's own earlier pushes applied.
   *
   * @throws ServerClosedException when the server is no longer there
   */
  public float[] pull() {
    return table.pull();
  }

  /**
   * Sends a gradient, to be applied by the shards, and returns. Waits only for the oldest push when
   * too many are under way; its failure is thrown then.
   *
   * @throws GradientException when the length is wrong or a number is not finite; nothing was sent
   * @throws ServerClosedException when the server is no longer there
   */
  public void push(float[] gradient) {
    inFlight.addLast(table.send(gradient));
    settleDownTo(maxInFlight);
  }

  /** Waits until all pushes are applied; throws the failure of the first that was not. */
  public void flush() {
    settleDownTo(0);
  }

  /** As {@link #flush}. */
  @Override
  public void close() {
    flush();
  }

  private void settleDownTo(int most) {
    while (inFlight.size() > most) {
      DenseTable.settle(inFlight.removeFirst());
    }
  }
}
