package io.mobula.ps;

import io.mobula.MobulaRuntime;
import io.mobula.ps.error.GradientException;
import io.mobula.ps.error.KeyException;
import io.mobula.ps.error.TableException;
import io.mobula.ps.internal.kernel.NumberArray;
import io.mobula.ps.internal.kernel.NumberType;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Client of a sparse table in the role of one worker: pulls rows, pushes gradients of rows
 * asynchronously with a bound on those in flight, and ends steps. For one thread; it cannot be sent
 * to another process.
 *
 * <p>Keys may be in any order. If a key occurs twice in a push, the sum of its gradients is
 * applied; if it occurs twice in a pull, its row is returned twice. A list of keys that was pushed
 * before is sent as its hash alone (Li et al., OSDI 2014, section 4).
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
    int max = table.spec().hotKeys();
    this.hot = max == 0 ? null : new HotRowCache(numberType, table.width(), max);
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
    var session = new WorkerSession(table.spec(), table.shardClient(), runtime, rank, maxInFlight);
    session.join();
    return new SparseWorker(table, runtime, session, batchLimits);
  }

  /** Returns the rank that this worker joined with. */
  public int rank() {
    return session.rank();
  }

  /** Returns the number of steps that this worker has ended. */
  public long steps() {
    return session.steps();
  }

  // ---- pull

  /**
   * Waits for rows and returns them row by row in the order of the keys. If the table's consistency
   * rule demands it, waits for slower workers first.
   *
   * @throws TableException when the table is one of doubles
   * @throws KeyException when a key is outside the table
   * @throws io.mobula.ps.error.ServerClosedException when the server is no longer there
   * @throws io.mobula.ps.error.WorkerEvictedException when the other workers have gone on without
   *     this one
   */
  public float[] pull(long... keys) {
    table.require(NumberType.FLOAT, "pullDoubles");
    return startPull(keys).await();
  }

  /**
   * Waits for rows of a table of doubles; see {@link #pull}.
   *
   * @throws TableException when the table is one of floats
   */
  public double[] pullDoubles(long... keys) {
    table.require(NumberType.DOUBLE, "pull");
    return startPull(keys).awaitDoubles();
  }

  /**
   * Requests rows and returns without waiting; the rows do not include pushes that this worker
   * makes after this call. A pull holds its rows until it is awaited or closed: the caller has to
   * bound how many pulls are open.
   *
   * @throws KeyException when a key is outside the table
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
   * Sends gradients of rows to the shards and returns. Blocks only while too many pushes are in
   * flight: then it waits for the oldest one and throws that one's failure.
   *
   * @param gradients row by row in the order of the keys
   * @throws KeyException when the number of gradients does not match the number of keys, or a key
   *     is outside the table; nothing was sent
   * @throws GradientException when the table is one of doubles, or a number is not finite; nothing
   *     was sent
   */
  public void push(long[] keys, float[] gradients) {
    pushBuffer.put(checked(keys, NumberArray.of(gradients)));
  }

  /** Sends gradients of rows to a table of doubles; see {@link #push(long[], float[])}. */
  public void push(long[] keys, double[] gradients) {
    pushBuffer.put(checked(keys, NumberArray.of(gradients)));
  }

  /**
   * Sends gradients of rows, as {@link #push(long[], float[])} does.
   *
   * @return a stage that completes when the shards have taken all gradients. It fails with the
   *     exception that a later call throws. It completes on a thread of the runtime or within a
   *     call of this worker. A frame that has to be resent because rows have moved is resent within
   *     this worker's next call.
   */
  public CompletionStage<@Nullable Void> startPush(long[] keys, float[] gradients) {
    return pushBuffer.putTracked(checked(keys, NumberArray.of(gradients)));
  }

  /** Sends gradients of rows to a table of doubles; see {@link #startPush(long[], float[])}. */
  public CompletionStage<@Nullable Void> startPush(long[] keys, double[] gradients) {
    return pushBuffer.putTracked(checked(keys, NumberArray.of(gradients)));
  }

  private RowGradients checked(long[] keys, NumberArray numbers) {
    session.requireOpen();
    return RowGradients.checked(table.spec(), keys, numbers);
  }

  /**
   * Sends gradients of rows, ends the step, and waits for the same rows of the next step: a push, a
   * {@link #clock} and a {@link #pull} in one round trip to each shard. With replicas, or with
   * cached hot keys, each of the three is a round trip.
   *
   * @return the rows, row by row in the order of the keys
   */
  public float[] exchange(long[] keys, float[] gradients) {
    return (float[]) exchange(keys, NumberArray.of(gradients)).array();
  }

  /** Exchanges gradients and rows of a table of doubles; see {@link #exchange(long[], float[])}. */
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
    var pull = RowPull.of(table, runtime, session, keys); // first, as a partitioner may fail
    session.endStep();
    pushes.exchange(gradients, pull);
    return pull.rows();
  }

  // ---- steps

  /**
   * Waits until the shards have taken the step's pushes, then ends the step; see
   * {@link DenseWorker#clock}.
   */
  public void clock() {
    pushBuffer.flush();
    session.drain();
    session.clock();
    if (hot != null) {
      hot.clock();
    }
  }

  /**
   * Waits until the shards have taken all pushes; throws the failure of the first push that failed.
   */
  public void flush() {
    pushBuffer.flush();
    session.drain();
  }

  /**
   * Waits until the shards have taken all pushes, then leaves the table, so that no worker waits
   * for this one.
   */
  @Override
  public void close() {
    pushBuffer.flush();
    session.leave();
  }
}
