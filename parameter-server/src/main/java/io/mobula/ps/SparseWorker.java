package io.mobula.ps;

import io.mobula.MobulaRuntime;
import io.mobula.ps.error.GradientException;
import io.mobula.ps.error.KeyException;
import io.mobula.ps.error.TableException;
import io.mobula.ps.kernel.NumberArray;
import io.mobula.ps.kernel.NumberType;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * One worker's way to a sparse table: pulls rows, pushes gradients of rows without waiting for
 * them, a bounded number at a time, and says when it has ended a step. For one thread; it stays
 * where it was made.
 *
 * <p>Keys may come in any order. A key that comes twice in a push is pushed the sum of its
 * gradients; one that comes twice in a pull is given twice. A list of keys that was pushed before
 * travels as its hash alone (Li et al., OSDI 2014, section 4).
 */
public final class SparseWorker implements AutoCloseable {
  private final SparseTable table;
  private final MobulaRuntime runtime;
  private final WorkerSession session;
  private final SparsePushSender pushes;
  private final @Nullable HotRowCache hot;
  private final PushBuffer pushBuffer;

  private SparseWorker(
      SparseTable table,
      MobulaRuntime runtime,
      WorkerSession session,
      PushBatchLimits batchLimits) {
    this.table = table;
    this.runtime = runtime;
    this.session = session;
    this.pushes = new SparsePushSender(table.spec(), runtime, session);
    var numberType = table.spec().numberType();
    int most = table.spec().hotKeys();
    this.hot = most == 0 ? null : new HotRowCache(numberType, table.width(), most);
    var gradientBatch = batchLimits.pushes() == 1
        ? null
        : new GradientBatch(numberType, table.width(), batchLimits);
    this.pushBuffer = new PushBuffer(pushes, session, hot, gradientBatch);
  }

  static SparseWorker join(
      SparseTable table,
      MobulaRuntime runtime,
      int rank,
      int maxInFlight,
      PushBatchLimits batchLimits) {
    var seat = new WorkerSession(table.spec(), table.shardClient(), runtime, rank, maxInFlight);
    seat.join();
    return new SparseWorker(table, runtime, seat, batchLimits);
  }

  /** Tells it from other workers. */
  public int rank() {
    return session.rank();
  }

  /** How many steps it has ended. */
  public long steps() {
    return session.steps();
  }

  // ---- pull

  /**
   * Waits for rows, one after the other in the order of the keys; and before, if the table's rule
   * wants it, for slower workers.
   *
   * @throws TableException when the table is one of doubles
   * @throws KeyException when a key is none of the table's
   * @throws io.mobula.ps.error.ServerClosedException when the server is no longer there
   * @throws io.mobula.ps.error.WorkerEvictedException when others have gone on without this worker
   */
  public float[] pull(long... keys) {
    table.require(NumberType.FLOAT, "pullDoubles");
    return startPull(keys).await();
  }

  /**
   * As {@link #pull}, of a table of doubles.
   *
   * @throws TableException when the table is one of floats
   */
  public double[] pullDoubles(long... keys) {
    table.require(NumberType.DOUBLE, "pull");
    return startPull(keys).awaitDoubles();
  }

  /**
   * Asks for rows, and goes on; this worker's own pushes from now on are not in them. Each holds
   * its rows until it is awaited or closed: it is the caller's to bound how many there are.
   *
   * @throws KeyException when a key is none of the table's
   */
  public RowPull startPull(long... keys) {
    session.requireOpen();
    if (hot == null) {
      return RowPull.asked(table, runtime, session, keys, rows -> rows);
    }
    var request = hot.request(keys);
    return RowPull.asked(table, runtime, session, request.missing(), request::filled);
  }

  // ---- push

  /**
   * Sends gradients of rows, to be applied by the shards, and returns. Waits only for the oldest
   * push when too many are under way; its failure is thrown then.
   *
   * @param gradients row by row, as many numbers for each key as a row has
   * @throws KeyException when there are not as many gradients as the keys want, or a key is none of
   *     the table's; nothing was sent
   * @throws GradientException when the table is one of doubles, or a number is not finite; nothing
   *     was sent
   */
  public void push(long[] keys, float[] gradients) {
    pushBuffer.put(checked(keys, NumberArray.of(gradients)));
  }

  /** As {@link #push(long[], float[])}, to a table of doubles. */
  public void push(long[] keys, double[] gradients) {
    pushBuffer.put(checked(keys, NumberArray.of(gradients)));
  }

  /**
   * As {@link #push(long[], float[])}. What it returns completes, on a thread of the runtime or in
   * a call of this worker, when the shards have taken all of it in, or with what a later call
   * throws. Where the worker has to send something again, as rows have moved, it does so in its
   * next call.
   */
  public CompletionStage<@Nullable Void> startPush(long[] keys, float[] gradients) {
    return pushBuffer.putTracked(checked(keys, NumberArray.of(gradients)));
  }

  /** As {@link #startPush(long[], float[])}, to a table of doubles. */
  public CompletionStage<@Nullable Void> startPush(long[] keys, double[] gradients) {
    return pushBuffer.putTracked(checked(keys, NumberArray.of(gradients)));
  }

  private RowGradients checked(long[] keys, NumberArray numbers) {
    session.requireOpen();
    return RowGradients.checked(table.spec(), keys, numbers);
  }

  /**
   * Sends gradients of rows, ends the step, and waits for these rows of the next: a push, a
   * {@link #clock} and a {@link #pull} in one trip to each shard. With replicas, or copies of hot
   * keys, they are a trip each.
   *
   * @return the rows, one after the other in the order of the keys
   */
  public float[] exchange(long[] keys, float[] gradients) {
    return (float[]) exchange(keys, NumberArray.of(gradients)).array();
  }

  /** As {@link #exchange(long[], float[])}, of a table of doubles. */
  public double[] exchange(long[] keys, double[] gradients) {
    return (double[]) exchange(keys, NumberArray.of(gradients)).array();
  }

  private NumberArray exchange(long[] keys, NumberArray numbers) {
    var gradients = checked(keys, numbers);
    if (hot != null || table.shardClient().isReplicated()) {
      pushBuffer.put(gradients);
      clock();
      return startPull(keys).rows();
    }
    flush();
    session.endStep();
    var pull = RowPull.of(table, runtime, session, keys);
    pushes.exchange(gradients, pull);
    return pull.rows();
  }

  // ---- steps

  /** Waits until the step's pushes are taken in, and ends it; see {@link DenseWorker#clock}. */
  public void clock() {
    pushBuffer.flush();
    session.drain();
    session.clock();
    if (hot != null) {
      hot.clock();
    }
  }

  /** Waits until all pushes are taken in; throws the failure of the first that was not. */
  public void flush() {
    pushBuffer.flush();
    session.drain();
  }

  /** Leaves, so that nobody waits for this worker, when all pushes are taken in. */
  @Override
  public void close() {
    pushBuffer.flush();
    session.leave();
  }
}
