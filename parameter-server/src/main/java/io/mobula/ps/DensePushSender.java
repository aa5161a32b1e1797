package io.mobula.ps;

import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;
import io.mobula.ResultForm;
import io.mobula.ps.compression.Compression;
import io.mobula.ps.internal.compression.CompressedFormatException;
import io.mobula.ps.internal.compression.GradientCodec;
import io.mobula.ps.internal.compression.GradientEncoder;
import io.mobula.ps.internal.shard.DenseFrame;
import io.mobula.ps.internal.shard.ShardActor;
import io.mobula.tensor.DType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Sender of one dense worker's gradients: builds the frames, sends them to the shards, and resends
 * those that were refused. For one thread.
 */
final class DensePushSender {
  private final DenseTable table;
  private final MobulaRuntime runtime;
  private final WorkerSession session;
  private final GradientCodec codec;
  private @Nullable GradientEncoder[] encoders = new GradientEncoder[0];
  private int encodersOf; // version of the layout that the encoders are for

  DensePushSender(DenseTable table, MobulaRuntime runtime, WorkerSession session) {
    this.table = table;
    this.runtime = runtime;
    this.session = session;
    this.codec = GradientCodec.of(table.spec().compression());
  }

  boolean isCompressed() {
    return !table.spec().compression().equals(Compression.none());
  }

  /** Sends one slice of a gradient slot as part of a push. */
  void push(GradientSlot.GradientSlice slice, double scale, long push) {
    var sent = sealed(slice, scale, push, session.steps());
    session.trackPush(slice.shard(), session.steps(), push(slice.shard(), sent), sent);
  }

  private ObjectRef<?> push(int shard, SentGradient sent) {
    var handle = session.layout().shards().get(shard);
    int id = table.spec().id();
    ObjectRef<?> answer = switch (sent.contents()) {
      case InFlightPush.HeapFrame heapFrame ->
        handle.call(ShardActor::push, id, heapFrame.array()).remote(ResultForm.async());
      case InFlightPush.StoredFrame(var ref) ->
        handle.call(ShardActor::pushLarge, id, ref).remote(ResultForm.async());
    };
    releaseWhenTaken(answer, sent);
    return answer;
  }

  /**
   * Releases store memory as soon as the shard has taken the frame, not at the worker's next call.
   */
  private static void releaseWhenTaken(ObjectRef<?> answer, SentGradient sent) {
    if (sent.contents() instanceof InFlightPush.StoredFrame) {
      var _ = answer.toCompletableFuture().thenRun(sent::release);
    }
  }

  /** Sends one slice of a gradient slot, ends the step and asks for the weights, in one message. */
  void exchange(GradientSlot.GradientSlice slice, double scale, long push, ParameterPull pull) {
    long ended = session.steps();
    var sent = sealed(slice, scale, push, ended - 1);
    var handle = session.layout().shards().get(slice.shard());
    int id = table.spec().id();
    boolean large = isLarge(slice.shard());
    ObjectRef<?> answer = switch (sent.contents()) {
      case InFlightPush.HeapFrame heapFrame ->
        large
            ? handle
                .call(ShardActor::exchangePacked, id, heapFrame.array(), ended)
                .remote(ResultForm.async())
            : handle
                .call(ShardActor::exchange, id, heapFrame.array(), ended)
                .remote(ResultForm.async());
      case InFlightPush.StoredFrame(var ref) ->
        handle.call(ShardActor::exchangeLarge, id, ref, ended).remote(ResultForm.async());
    };
    pull.add(slice.shard(), answer, sent);
  }

  private boolean isLarge(int shard) {
    return table.spec().numberType().isLarge(table.partitionOf(session.layout()).length(shard));
  }

  /** Gradient frame that has been sent to a shard. */
  private final class SentGradient extends InFlightPush {
    private final long start; // the first parameter
    private final int count;
    private final long step;

    SentGradient(Contents contents, long push, long start, int count, long step) {
      super(contents, push);
      this.start = start;
      this.count = count;
      this.step = step;
    }

    private long end() {
      return start + count;
    }

    @Override
    void resendAll(List<InFlightPush> all) {
      var parts = all.stream()
          .map(SentGradient.class::cast)
          .sorted(Comparator.comparingLong(sent -> sent.start))
          .toList();
      int from = 0;
      for (int i = 1; i <= parts.size(); i++) {
        if (i == parts.size() || parts.get(i).start != parts.get(i - 1).end()) {
          resend(parts.subList(from, i));
          from = i;
        }
      }
    }
  }

  /** Resends refused frames that cover consecutive parameters. */
  private void resend(List<SentGradient> parts) {
    var first = parts.getFirst();
    var rangePartition = table.partitionOf(session.layout());
    var range = new KeyRange(first.start, parts.getLast().end());
    double scale = 1;
    try (var slot = new GradientSlot(runtime, table.spec(), rangePartition, range, false)) {
      for (var part : parts) {
        try (var arena = Arena.ofConfined()) {
          var frame = DenseFrame.read(part.frame(arena));
          scale = frame.scale();
          slot.set(
              part.start,
              frame.isCompressed() ? decoded(frame, part.count) : frame.numbers(),
              part.count);
        }
        part.release();
      }
      for (var slice : slot.take()) {
        var again = plain(slice, scale, first.push(), first.step);
        session.trackPush(slice.shard(), first.step, push(slice.shard(), again), again);
      }
    }
  }

  private MemorySegment decoded(DenseFrame frame, int count) {
    var floats = new float[count];
    try {
      codec.decoder().decode(frame.numbers().toArray(ValueLayout.JAVA_BYTE), floats, 0, count);
    } catch (CompressedFormatException e) {
      throw new IllegalStateException("What this worker has encoded cannot be decoded", e);
    }
    return MemorySegment.ofArray(floats);
  }

  private SentGradient sealed(
      GradientSlot.GradientSlice slice, double scale, long push, long step) {
    int count = (int) slice.count(table.spec().numberType());
    boolean whole =
        slice.local() == 0 && count == table.partitionOf(session.layout()).length(slice.shard());
    return slice.room() == null && isCompressed() && whole
        ? compressed(slice, count, scale, push, step)
        : plain(slice, scale, push, step);
  }

  private SentGradient plain(GradientSlot.GradientSlice slice, double scale, long push, long step) {
    int count = (int) slice.count(table.spec().numberType());
    var memory = slice.frame().memory();
    slice
        .frame()
        .writePushHeader(
            session.nextOrigin(slice.shard(), step), slice.local(), count, scale, false);
    var room = slice.room();
    var contents = room == null
        ? new InFlightPush.HeapFrame(memory)
        : new InFlightPush.StoredFrame(room.seal(DType.INT8, memory.byteSize()));
    return new SentGradient(contents, push, slice.start(), count, step);
  }

  private SentGradient compressed(
      GradientSlot.GradientSlice slice, int count, double scale, long push, long step) {
    var numbers = slice.numbers().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
    var encoded = encoder(slice.shard(), count).encode(numbers, 0);
    var bytes = new byte[DenseFrame.HEADER_BYTES + encoded.length];
    System.arraycopy(encoded, 0, bytes, DenseFrame.HEADER_BYTES, encoded.length);
    new DenseFrame(MemorySegment.ofArray(bytes))
        .writePushHeader(
            session.nextOrigin(slice.shard(), step), slice.local(), count, scale, true);
    return new SentGradient(InFlightPush.HeapFrame.of(bytes), push, slice.start(), count, step);
  }

  /** Returns the encoder for a shard. A residual that was kept for an earlier layout is lost. */
  private GradientEncoder encoder(int shard, int count) {
    if (encodersOf != session.layout().version()) {
      encoders = new GradientEncoder[session.layout().size()];
      encodersOf = session.layout().version();
    }
    var encoder = encoders[shard];
    if (encoder == null) {
      encoder = codec.encoder(count);
      encoders[shard] = encoder;
    }
    return encoder;
  }
}
