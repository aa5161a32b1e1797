package io.mobula.ps;

import io.mobula.MobulaRuntime;
import io.mobula.ps.error.GradientException;
import io.mobula.ps.kernel.NumberType;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * One worker's way to a dense table: pulls parameters, pushes gradients without waiting for them, a
 * bounded number at a time, and says when it has ended a step. For one thread; it stays where it
 * was made.
 *
 * <pre>{@code
 * try (Worker me = table.join(rank)) {
 *   for (var batch : batches) {
 *     try (Pulled weights = me.pull(); GradientSlot gradient = me.claim()) {
 *       compute(batch, weights, gradient);
 *       me.push(gradient);
 *     }
 *     me.clock();
 *   }
 * }
 * }</pre>
 */
public final class DenseWorker implements AutoCloseable {
  static final int DEFAULT_MAX_IN_FLIGHT = 4;

  private final DenseTable table;
  private final MobulaRuntime runtime;
  private final WorkerSession session;
  private final DensePushSender pushes;

  private DenseWorker(DenseTable table, MobulaRuntime runtime, WorkerSession session) {
    this.table = table;
    this.runtime = runtime;
    this.session = session;
    this.pushes = new DensePushSender(table, runtime, session);
  }

  static DenseWorker join(DenseTable table, MobulaRuntime runtime, int rank, int maxInFlight) {
    var seat = new WorkerSession(table.spec(), table.shardClient(), runtime, rank, maxInFlight);
    seat.join();
    return new DenseWorker(table, runtime, seat);
  }

  /** Tells it from other workers. */
  public int rank() {
    return session.rank();
  }

  /** How many steps it has ended; one that has joined late begins with those of the slowest. */
  public long steps() {
    return session.steps();
  }

  // ---- pull

  /**
   * Waits for all parameters, this worker's own earlier pushes applied unless they wait for the end
   * of a step; and before, if the table's rule wants it, for slower workers.
   *
   * @throws io.mobula.ps.error.ServerClosedException when the server is no longer there
   * @throws io.mobula.ps.error.WorkerEvictedException when others have gone on without this worker
   */
  public PulledParameters pull() {
    return startPull().await();
  }

  /** As {@link #pull()}, of some parameters. */
  public PulledParameters pull(KeyRange range) {
    return startPull(range).await();
  }

  /** Asks for all parameters, and goes on. */
  public ParameterPull startPull() {
    return startPull(table.whole());
  }

  /** Asks for some parameters, and goes on. */
  public ParameterPull startPull(KeyRange range) {
    session.requireOpen();
    return ParameterPull.asked(table, runtime, session, range);
  }

  // ---- push

  /** Room for a gradient of all parameters. */
  public GradientSlot claim() {
    return claim(table.whole());
  }

  /** Room for a gradient of some parameters. */
  public GradientSlot claim(KeyRange range) {
    session.requireOpen();
    boolean array = pushes.isCompressed() && range.equals(table.whole());
    return new GradientSlot(
        runtime, table.spec(), table.partitionOf(session.layout()), range, array);
  }

  /**
   * Sends a gradient, to be applied by the shards, and returns. Waits only for the oldest push when
   * too many are under way; its failure is thrown then.
   *
   * @throws GradientException when the length is wrong or a number is not finite; nothing was sent
   * @throws io.mobula.ps.error.ServerClosedException when the server is no longer there
   */
  public void push(float[] gradient) {
    try (var slot = claim()) {
      slot.set(gradient);
      push(slot);
    }
  }

  /** As {@link #push(float[])}, to a table of doubles. */
  public void push(double[] gradient) {
    try (var slot = claim()) {
      slot.set(gradient);
      push(slot);
    }
  }

  /**
   * As {@link #push(float[])}, of what was written in place: what is large is not copied. The slot
   * is not the worker's any more, unless this throws {@link GradientException}.
   */
  public void push(GradientSlot slot) {
    session.requireOpen();
    push(slot, checked(slot), session.nextPush());
  }

  private void push(GradientSlot slot, double scale, long push) {
    send(slot, scale, push);
    session.settle();
  }

  /**
   * As {@link #push(GradientSlot)}. What it returns completes, on a thread of the runtime or in a
   * call of this worker, when the shards have applied all of it, or with what a later call throws;
   * in a bulk synchronous table that is when its step is over. Where the worker has to send
   * something again, as parameters have moved, it does so in its next call.
   */
  public CompletionStage<@Nullable Void> startPush(GradientSlot slot) {
    session.requireOpen();
    double scale = checked(slot);
    long push = session.nextPush();
    var taken = session.pushFutures().futureOf(push);
    push(slot, scale, push);
    return taken;
  }

  /** As {@link #startPush(GradientSlot)}, of a copy of the gradient. */
  public CompletionStage<@Nullable Void> startPush(float[] gradient) {
    try (var slot = claim()) {
      slot.set(gradient);
      return startPush(slot);
    }
  }

  /** As {@link #startPush(float[])}, to a table of doubles. */
  public CompletionStage<@Nullable Void> startPush(double[] gradient) {
    try (var slot = claim()) {
      slot.set(gradient);
      return startPush(slot);
    }
  }

  /**
   * Sends a gradient of all parameters, ends the step, and waits for the parameters of the next: a
   * push, a {@link #clock} and a {@link #pull} in one trip to each shard.
   */
  public PulledParameters exchange(GradientSlot slot) {
    session.requireOpen();
    if (!slot.range().equals(table.whole())) {
      throw new GradientException("Got a gradient of " + slot.range() + " for an exchange of "
          + table.spec() + ": push it, or claim all.");
    }
    double scale = checked(slot);
    if (table.shardClient().isReplicated()) {
      send(slot, scale, session.nextPush());
      session.clock();
      return pull();
    }
    session.endStep();
    long push = session.nextPush();
    var pull = ParameterPull.of(table, runtime, session, slot.range());
    ShardCalls.translateFailures(() -> {
      present(slot).forEach(slice -> pushes.exchange(slice, scale, push, pull));
      return pull;
    });
    return pull.await();
  }

  private void send(GradientSlot slot, double scale, long push) {
    ShardCalls.translateFailures(() -> {
      present(slot).forEach(slice -> pushes.push(slice, scale, push));
      return session;
    });
    session.pushFutures().settle(push);
  }

  /** The parts of a slot, for the shards that have those parameters now. */
  private List<GradientSlot.GradientSlice> present(GradientSlot slot) {
    return slot.takeFor(table.partitionOf(session.layout()), runtime);
  }

  /** As {@link #exchange(GradientSlot)}, of a copy of the gradient. */
  public PulledParameters exchange(float[] gradient) {
    try (var slot = claim()) {
      slot.set(gradient);
      return exchange(slot);
    }
  }

  /** Checks or repairs every number; gives what they are multiplied by. */
  private double checked(GradientSlot slot) {
    var numberType = table.spec().numberType();
    var limits = table.spec().limits();
    double squares = 0;
    for (var slice : slot.slices()) {
      long bad = numberType.firstNotFinite(slice.numbers());
      if (bad >= 0 && !limits.repairs()) {
        throw GradientException.ofNumber(
            "the gradient of " + table.spec(),
            slice.start() + bad,
            numberType.at(slice.numbers(), bad));
      }
      if (bad >= 0) {
        repair(numberType, slice.numbers());
      }
      if (limits.boundsNorm()) {
        squares += numberType.sumOfSquares(slice.numbers());
      }
    }
    return limits.scaleFor(Math.sqrt(squares));
  }

  private void repair(NumberType numberType, MemorySegment numbers) {
    double most = numberType == NumberType.FLOAT ? Float.MAX_VALUE : Double.MAX_VALUE;
    for (long i = 0; i < numbers.byteSize() / numberType.bytes(); i++) {
      double number = numberType.at(numbers, i);
      if (!Double.isFinite(number)) {
        numberType.set(numbers, i, table.spec().limits().repaired(number, most));
      }
    }
  }

  // ---- steps

  /**
   * Ends a step: what it has pushed counts for that step, and others may go on that have waited for
   * it. Returns at once; it is the next {@link #pull} that may wait.
   */
  public void clock() {
    session.clock();
  }

  /**
   * Waits until all pushes are applied, but for those that wait for the end of this step; throws
   * the failure of the first that was not.
   */
  public void flush() {
    session.awaitInFlight(0);
  }

  /** Leaves, so that nobody waits for this worker, and waits as {@link #flush} does. */
  @Override
  public void close() {
    session.leave();
  }
}
