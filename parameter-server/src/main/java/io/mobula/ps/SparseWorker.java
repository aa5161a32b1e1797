package io.mobula.ps;

import io.mobula.MobulaRuntime;
import io.mobula.ps.error.GradientException;
import io.mobula.ps.error.KeyException;
import io.mobula.ps.error.TableException;
import io.mobula.ps.kernel.Element;
import io.mobula.ps.kernel.Numbers;
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
  private final Seat seat;
  private final SparsePushes pushes;
  private final @Nullable HotRows hot;
  private final Outbox outbox;

  private SparseWorker(SparseTable table, MobulaRuntime runtime, Seat seat, Batching batching) {
    this.table = table;
    this.runtime = runtime;
    this.seat = seat;
    this.pushes = new SparsePushes(table.spec(), runtime, seat);
    var element = table.spec().element();
    int most = table.spec().hotKeys();
    this.hot = most == 0 ? null : new HotRows(element, table.width(), most);
    var gathered = batching.pushes() == 1 ? null : new Gathered(element, table.width(), batching);
    this.outbox = new Outbox(pushes, seat, hot, gathered);
  }

  static SparseWorker join(
      SparseTable table, MobulaRuntime runtime, int rank, int maxInFlight, Batching batching) {
    var seat = new Seat(table.spec(), table.reach(), runtime, rank, maxInFlight);
    seat.join();
    return new SparseWorker(table, runtime, seat, batching);
  }

  /** Tells it from other workers. */
  public int rank() {
    return seat.rank();
  }

  /** How many steps it has ended. */
  public long steps() {
    return seat.steps();
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
    table.require(Element.FLOAT, "pullDoubles");
    return startPull(keys).await();
  }

  /**
   * As {@link #pull}, of a table of doubles.
   *
   * @throws TableException when the table is one of floats
   */
  public double[] pullDoubles(long... keys) {
    table.require(Element.DOUBLE, "pull");
    return startPull(keys).awaitDoubles();
  }

  /**
   * Asks for rows, and goes on; this worker's own pushes from now on are not in them. Each holds
   * its rows until it is awaited or closed: it is the caller's to bound how many there are.
   *
   * @throws KeyException when a key is none of the table's
   */
  public RowPull startPull(long... keys) {
    seat.requireOpen();
    if (hot == null) {
      return RowPull.asked(table, runtime, seat, keys, rows -> rows);
    }
    var wanted = hot.want(keys);
    return RowPull.asked(table, runtime, seat, wanted.missing(), wanted::filled);
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
    outbox.put(checked(keys, Numbers.of(gradients)));
  }

  /** As {@link #push(long[], float[])}, to a table of doubles. */
  public void push(long[] keys, double[] gradients) {
    outbox.put(checked(keys, Numbers.of(gradients)));
  }

  /**
   * As {@link #push(long[], float[])}. What it returns completes, on a thread of the runtime or in
   * a call of this worker, when the shards have taken all of it in, or with what a later call
   * throws. Where the worker has to send something again, as rows have moved, it does so in its
   * next call.
   */
  public CompletionStage<@Nullable Void> startPush(long[] keys, float[] gradients) {
    return outbox.follow(checked(keys, Numbers.of(gradients)));
  }

  /** As {@link #startPush(long[], float[])}, to a table of doubles. */
  public CompletionStage<@Nullable Void> startPush(long[] keys, double[] gradients) {
    return outbox.follow(checked(keys, Numbers.of(gradients)));
  }

  private RowGradients checked(long[] keys, Numbers numbers) {
    seat.requireOpen();
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
    return (float[]) exchange(keys, Numbers.of(gradients)).array();
  }

  /** As {@link #exchange(long[], float[])}, of a table of doubles. */
  public double[] exchange(long[] keys, double[] gradients) {
    return (double[]) exchange(keys, Numbers.of(gradients)).array();
  }

  private Numbers exchange(long[] keys, Numbers numbers) {
    var gradients = checked(keys, numbers);
    if (hot != null || table.reach().isReplicated()) {
      outbox.put(gradients);
      clock();
      return startPull(keys).rows();
    }
    flush();
    seat.endStep();
    var pull = RowPull.of(table, runtime, seat, keys);
    pushes.exchange(gradients, pull);
    return pull.rows();
  }

  // ---- steps

  /** Waits until the step's pushes are taken in, and ends it; see {@link Worker#clock}. */
  public void clock() {
    outbox.flush();
    seat.drain();
    seat.clock();
    if (hot != null) {
      hot.clock();
    }
  }

  /** Waits until all pushes are taken in; throws the failure of the first that was not. */
  public void flush() {
    outbox.flush();
    seat.drain();
  }

  /** Leaves, so that nobody waits for this worker, when all pushes are taken in. */
  @Override
  public void close() {
    outbox.flush();
    seat.leave();
  }
}
