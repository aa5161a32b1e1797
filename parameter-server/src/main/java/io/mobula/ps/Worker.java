package io.mobula.ps;

import io.mobula.ActorHandle;
import io.mobula.DType;
import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;
import io.mobula.Tensor;
import io.mobula.ps.compression.Compression;
import io.mobula.ps.compression.Encoder;
import io.mobula.ps.error.GradientException;
import io.mobula.ps.shard.Element;
import io.mobula.ps.shard.Frame;
import io.mobula.ps.shard.ShardActor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
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
public final class Worker implements AutoCloseable {
  static final int DEFAULT_MAX_IN_FLIGHT = 4;

  private final DenseTable table;
  private final MobulaRuntime runtime;
  private final Seat seat;
  private final @Nullable Encoder[] encoders;

  private Worker(DenseTable table, MobulaRuntime runtime, Seat seat) {
    this.table = table;
    this.runtime = runtime;
    this.seat = seat;
    this.encoders = new Encoder[table.shards()];
  }

  static Worker join(DenseTable table, MobulaRuntime runtime, int rank, int maxInFlight) {
    var spec = table.spec();
    var seat = new Seat(
        spec.toString(),
        spec.id(),
        spec.consistency(),
        table.handles(),
        runtime,
        rank,
        maxInFlight);
    seat.join();
    return new Worker(table, runtime, seat);
  }

  /** Tells it from other workers. */
  public int rank() {
    return seat.rank();
  }

  /** How many steps it has ended; one that has joined late begins with those of the slowest. */
  public long steps() {
    return seat.steps();
  }

  // ---- pull

  /**
   * Waits for all parameters, this worker's own earlier pushes applied unless they wait for the end
   * of a step; and before, if the table's rule wants it, for slower workers.
   *
   * @throws io.mobula.ps.error.ServerClosedException when the server is no longer there
   * @throws io.mobula.ps.error.WorkerEvictedException when others have gone on without this worker
   */
  public Pulled pull() {
    return startPull().await();
  }

  /** As {@link #pull()}, of some parameters. */
  public Pulled pull(KeyRange range) {
    return startPull(range).await();
  }

  /** Asks for all parameters, and goes on. */
  public Pull startPull() {
    return startPull(table.split().whole());
  }

  /** Asks for some parameters, and goes on. */
  public Pull startPull(KeyRange range) {
    seat.requireOpen();
    return Pull.asked(table, runtime, seat, range);
  }

  // ---- push

  /** Room for a gradient of all parameters. */
  public GradientSlot claim() {
    return claim(table.split().whole());
  }

  /** Room for a gradient of some parameters. */
  public GradientSlot claim(KeyRange range) {
    seat.requireOpen();
    boolean array = isCompressed() && range.equals(table.split().whole());
    return new GradientSlot(runtime, table.spec(), table.split(), range, array);
  }

  private boolean isCompressed() {
    return !table.spec().compression().equals(Compression.none());
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
    seat.requireOpen();
    double scale = checked(slot);
    Shards.reached(() -> {
      for (var part : slot.take()) {
        var shard = table.shard(part.shard());
        seat.sent(part.shard(), pushed(shard, message(part, scale)));
      }
      return seat;
    });
    seat.settle();
  }

  /**
   * Sends a gradient of all parameters, ends the step, and waits for the parameters of the next: a
   * push, a {@link #clock} and a {@link #pull} in one trip to each shard.
   */
  public Pulled exchange(GradientSlot slot) {
    seat.requireOpen();
    if (!slot.range().equals(table.split().whole())) {
      throw new GradientException("Got a gradient of " + slot.range() + " for an exchange of "
          + table.spec() + ": push it, or claim all.");
    }
    double scale = checked(slot);
    long ended = seat.endStep();
    var pull = Pull.of(table, runtime, seat, slot.range());
    Shards.reached(() -> {
      for (var part : slot.take()) {
        var shard = table.shard(part.shard());
        boolean large = Pull.isLarge(table, part.shard());
        pull.add(part.shard(), exchanged(shard, message(part, scale), large, ended));
      }
      return pull;
    });
    return pull.await();
  }

  private ObjectRef<?> pushed(ActorHandle<ShardActor> shard, Message message) {
    int id = table.spec().id();
    return switch (message) {
      case Bytes bytes -> runtime.remoteStage(shard.call(ShardActor::push, id, bytes.array()));
      case Stored(var ref) -> {
        try (ref) {
          yield runtime.remoteStage(shard.call(ShardActor::pushLarge, id, ref));
        }
      }
    };
  }

  private ObjectRef<?> exchanged(
      ActorHandle<ShardActor> shard, Message message, boolean large, long ended) {
    int id = table.spec().id();
    return switch (message) {
      case Bytes bytes ->
        large
            ? runtime.remoteStage(shard.call(ShardActor::exchangePacked, id, bytes.array(), ended))
            : runtime.remoteStage(shard.call(ShardActor::exchange, id, bytes.array(), ended));
      case Stored(var ref) -> {
        try (ref) {
          yield runtime.remoteStage(shard.call(ShardActor::exchangeLarge, id, ref, ended));
        }
      }
    };
  }

  /** As {@link #exchange(GradientSlot)}, of a copy of the gradient. */
  public Pulled exchange(float[] gradient) {
    try (var slot = claim()) {
      slot.set(gradient);
      return exchange(slot);
    }
  }

  /** A frame as it is sent: in an array, or in the store and then to be closed. */
  private sealed interface Message {}

  private record Bytes(Frame frame) implements Message {
    byte[] array() {
      return (byte[]) frame.memory().heapBase().orElseThrow();
    }
  }

  private record Stored(ObjectRef<Tensor> ref) implements Message {}

  private Message message(GradientSlot.Part part, double scale) {
    int count = (int) part.count(table.spec().element());
    long sequence = seat.nextSequence(part.shard());
    if (part.room() != null) {
      part.frame().push(seat.worker(), sequence, part.local(), count, scale);
      long bytes = part.frame().memory().byteSize();
      return new Stored(part.room().seal(DType.INT8, bytes));
    }
    if (isCompressed() && part.local() == 0 && count == table.split().length(part.shard())) {
      return new Bytes(compressed(part, sequence, count, scale));
    }
    part.frame().push(seat.worker(), sequence, part.local(), count, scale);
    return new Bytes(part.frame());
  }

  private Frame compressed(GradientSlot.Part part, long sequence, int count, double scale) {
    var encoder = encoders[part.shard()];
    if (encoder == null) {
      encoder = table.spec().compression().encoder(count);
      encoders[part.shard()] = encoder;
    }
    var numbers = part.numbers().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
    var encoded = encoder.encode(numbers, 0);
    var bytes = new byte[Frame.HEAD + encoded.length];
    System.arraycopy(encoded, 0, bytes, Frame.HEAD, encoded.length);
    var frame = new Frame(MemorySegment.ofArray(bytes));
    frame.compressedPush(seat.worker(), sequence, part.local(), count, scale);
    return frame;
  }

  /** Checks or repairs every number; gives what they are multiplied by. */
  private double checked(GradientSlot slot) {
    var element = table.spec().element();
    var limits = table.spec().limits();
    double squares = 0;
    for (var part : slot.parts()) {
      long bad = element.firstNotFinite(part.numbers());
      if (bad >= 0 && !limits.repairs()) {
        throw GradientException.ofNumber(
            "the gradient of " + table.spec(), part.start() + bad, element.at(part.numbers(), bad));
      }
      if (bad >= 0) {
        repair(element, part.numbers());
      }
      if (limits.boundsNorm()) {
        squares += element.squares(part.numbers());
      }
    }
    return limits.scaleFor(Math.sqrt(squares));
  }

  private void repair(Element element, MemorySegment numbers) {
    double most = element == Element.FLOAT ? Float.MAX_VALUE : Double.MAX_VALUE;
    for (long i = 0; i < numbers.byteSize() / element.bytes(); i++) {
      double number = element.at(numbers, i);
      if (!Double.isFinite(number)) {
        element.set(numbers, i, table.spec().limits().repaired(number, most));
      }
    }
  }

  // ---- steps

  /**
   * Ends a step: what it has pushed counts for that step, and others may go on that have waited for
   * it. Returns at once; it is the next {@link #pull} that may wait.
   */
  public void clock() {
    seat.clock();
  }

  /**
   * Waits until all pushes are applied, but for those that wait for the end of this step; throws
   * the failure of the first that was not.
   */
  public void flush() {
    seat.settleDownTo(0);
  }

  /** Leaves, so that nobody waits for this worker, and waits as {@link #flush} does. */
  @Override
  public void close() {
    seat.leave();
  }
}
