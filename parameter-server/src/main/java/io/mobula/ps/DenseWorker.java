package io.mobula.ps;

import io.mobula.MobulaRuntime;
import io.mobula.ps.error.GradientException;
import io.mobula.ps.internal.kernel.NumberType;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Client of a dense table in the role of one worker: pulls parameters, pushes gradients
 * asynchronously with a bound on those in flight, and ends steps. For one thread; it cannot be sent
 * to another process.
 *
 * <pre>{@code
 * try (DenseWorker me = table.join(rank)) {
 *   for (var batch : batches) {
 *     try (PulledParameters weights = me.pull(); GradientSlot gradient = me.claim()) {
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
    var session = new WorkerSession(table.spec(), table.shardClient(), runtime, rank, maxInFlight);
    session.join();
    return new DenseWorker(table, runtime, session);
  }

  /** Returns the rank that this worker joined with. */
  public int rank() {
    return session.rank();
  }

  /**
   * Returns the number of steps that this worker has ended. A worker that joined late starts with
   * the count of the slowest worker.
   */
  public long steps() {
    return session.steps();
  }

  // ---- pull

  /**
   * Waits for all parameters. They include this worker's own earlier pushes, except those that wait
   * for the end of a step. If the table's consistency rule demands it, waits for slower workers
   * first.
   *
   * @throws io.mobula.ps.error.ServerClosedException when the server is no longer there
   * @throws io.mobula.ps.error.WorkerEvictedException when the other workers have gone on without
   *     this one
   */
  public PulledParameters pull() {
    return startPull().await();
  }

  /** Waits for a range of parameters, under the same rules as {@link #pull()}. */
  public PulledParameters pull(KeyRange range) {
    return startPull(range).await();
  }

  /** Requests all parameters and returns without waiting. */
  public ParameterPull startPull() {
    return startPull(table.whole());
  }

  /** Requests a range of parameters and returns without waiting. */
  public ParameterPull startPull(KeyRange range) {
    session.requireOpen();
    return ParameterPull.asked(table, runtime, session, range);
  }

  // ---- push

  /** Allocates a slot for a gradient of all parameters. */
  public GradientSlot claim() {
    return claim(table.whole());
  }

  /** Allocates a slot for a gradient of a range of parameters. */
  public GradientSlot claim(KeyRange range) {
    session.requireOpen();
    boolean array = pushes.isCompressed() && range.equals(table.whole());
    return new GradientSlot(
        runtime, table.spec(), table.partitionOf(session.layout()), range, array);
  }

  /**
   * Sends a gradient to the shards and returns. Blocks only while too many pushes are in flight:
   * then it waits for the oldest one and throws that one's failure.
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

  /** Sends a gradient of doubles to a table of doubles; see {@link #push(float[])}. */
  public void push(double[] gradient) {
    try (var slot = claim()) {
      slot.set(gradient);
      push(slot);
    }
  }

  /**
   * Sends a gradient that was written in place; large slices are not copied. Takes over the slot,
   * unless this throws {@link GradientException}. See {@link #push(float[])}.
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
   * Sends a gradient that was written in place, as {@link #push(GradientSlot)} does.
   *
   * @return a stage that completes when all shards have applied the gradient; in a bulk synchronous
   *     table that is when its step is applied. It fails with the exception that a later call
   *     throws. It completes on a thread of the runtime or within a call of this worker. A frame
   *     that has to be resent because parameters have moved is resent within this worker's next
   *     call.
   */
  public CompletionStage<@Nullable Void> startPush(GradientSlot slot) {
    session.requireOpen();
    double scale = checked(slot);
    long push = session.nextPush();
    var taken = session.pushFutures().futureOf(push);
    push(slot, scale, push);
    return taken;
  }

  /** Sends a copy of the gradient; see {@link #startPush(GradientSlot)}. */
  public CompletionStage<@Nullable Void> startPush(float[] gradient) {
    try (var slot = claim()) {
      slot.set(gradient);
      return startPush(slot);
    }
  }

  /**
   * Sends a copy of a gradient of doubles to a table of doubles; see
   * {@link #startPush(GradientSlot)}.
   */
  public CompletionStage<@Nullable Void> startPush(double[] gradient) {
    try (var slot = claim()) {
      slot.set(gradient);
      return startPush(slot);
    }
  }

  /**
   * Sends a gradient of all parameters, ends the step, and waits for the parameters of the next
   * step: a push, a {@link #clock} and a {@link #pull} in one round trip to each shard.
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

  /** Takes the slices of a slot, arranged for the present layout. */
  private List<GradientSlot.GradientSlice> present(GradientSlot slot) {
    return slot.takeFor(table.partitionOf(session.layout()), runtime);
  }

  /** Exchanges a copy of the gradient; see {@link #exchange(GradientSlot)}. */
  public PulledParameters exchange(float[] gradient) {
    try (var slot = claim()) {
      slot.set(gradient);
      return exchange(slot);
    }
  }

  /** Checks or repairs every number; returns the factor that clips the gradient's norm. */
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
    double max = numberType == NumberType.FLOAT ? Float.MAX_VALUE : Double.MAX_VALUE;
    for (long i = 0; i < numbers.byteSize() / numberType.bytes(); i++) {
      double number = numberType.at(numbers, i);
      if (!Double.isFinite(number)) {
        numberType.set(numbers, i, table.spec().limits().repaired(number, max));
      }
    }
  }

  // ---- steps

  /**
   * Ends the current step. The pushes of this worker since the step before count for it, and
   * workers that waited for this step may go on. Returns at once; the next {@link #pull} may block.
   */
  public void clock() {
    session.clock();
  }

  /**
   * Waits until all pushes are applied, except those that wait for the end of the current step.
   * Throws the failure of the first push that failed.
   */
  public void flush() {
    session.awaitInFlight(0);
  }

  /** Leaves the table, so that no worker waits for this one, and waits as {@link #flush} does. */
  @Override
  public void close() {
    session.leave();
  }
}
