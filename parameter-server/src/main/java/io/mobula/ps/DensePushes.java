package io.mobula.ps;

import io.mobula.DType;
import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;
import io.mobula.ps.compression.CompressedFormatException;
import io.mobula.ps.compression.Compression;
import io.mobula.ps.compression.Encoder;
import io.mobula.ps.shard.Frame;
import io.mobula.ps.shard.ShardActor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The frames of one worker's gradients, and their way to the shards. For one thread. */
final class DensePushes {
  private final DenseTable table;
  private final MobulaRuntime runtime;
  private final Seat seat;
  private @Nullable Encoder[] encoders = new Encoder[0];
  private int encodersOf; // the layout

  DensePushes(DenseTable table, MobulaRuntime runtime, Seat seat) {
    this.table = table;
    this.runtime = runtime;
    this.seat = seat;
  }

  boolean isCompressed() {
    return !table.spec().compression().equals(Compression.none());
  }

  /** Sends a part of a slot. */
  void push(GradientSlot.Part part, double scale, long push) {
    var sent = sealed(part, scale, push, seat.steps());
    seat.sent(part.shard(), seat.steps(), push(part.shard(), sent), sent);
  }

  private ObjectRef<?> push(int shard, Sent sent) {
    var handle = seat.layout().shards().get(shard);
    int id = table.spec().id();
    ObjectRef<?> answer = switch (sent.contents()) {
      case Parcel.Bytes bytes ->
        Mobula.remoteStage(handle.call(ShardActor::push, id, bytes.array()));
      case Parcel.Stored(var ref) ->
        Mobula.remoteStage(handle.call(ShardActor::pushLarge, id, ref));
    };
    releaseWhenTaken(answer, sent);
    return answer;
  }

  /** Memory of the store is given back as soon as may be, not when its worker looks next time. */
  private static void releaseWhenTaken(ObjectRef<?> answer, Sent sent) {
    if (sent.contents() instanceof Parcel.Stored) {
      var _ = answer.toCompletableFuture().thenRun(sent::release);
    }
  }

  /** Sends a part of a slot, says that the step has ended, and asks for the weights; all in one. */
  void exchange(GradientSlot.Part part, double scale, long push, Pull pull) {
    long ended = seat.steps();
    var sent = sealed(part, scale, push, ended - 1);
    var handle = seat.layout().shards().get(part.shard());
    int id = table.spec().id();
    boolean large = isLarge(part.shard());
    ObjectRef<?> answer = switch (sent.contents()) {
      case Parcel.Bytes bytes ->
        large
            ? Mobula.remoteStage(handle.call(ShardActor::exchangePacked, id, bytes.array(), ended))
            : Mobula.remoteStage(handle.call(ShardActor::exchange, id, bytes.array(), ended));
      case Parcel.Stored(var ref) ->
        Mobula.remoteStage(handle.call(ShardActor::exchangeLarge, id, ref, ended));
    };
    pull.add(part.shard(), answer, sent);
  }

  private boolean isLarge(int shard) {
    return table.spec().element().isLarge(table.splitOf(seat.layout()).length(shard));
  }

  /** A frame on its way. */
  private final class Sent extends Parcel {
    private final long start; // the first parameter
    private final int count;
    private final long step;

    Sent(Contents contents, long push, long start, int count, long step) {
      super(contents, push);
      this.start = start;
      this.count = count;
      this.step = step;
    }

    private long end() {
      return start + count;
    }

    @Override
    void again(List<Parcel> all) {
      var parts = all.stream()
          .map(Sent.class::cast)
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

  /** Sends again what was sent in parts that follow each other. */
  private void resend(List<Sent> parts) {
    var first = parts.getFirst();
    var split = table.splitOf(seat.layout());
    var range = new KeyRange(first.start, parts.getLast().end());
    double scale = 1;
    try (var slot = new GradientSlot(runtime, table.spec(), split, range, false)) {
      for (var part : parts) {
        try (var arena = Arena.ofConfined()) {
          var frame = Frame.read(part.frame(arena));
          scale = frame.scale();
          slot.set(
              part.start,
              frame.isCompressed() ? decoded(frame, part.count) : frame.numbers(),
              part.count);
        }
        part.release();
      }
      for (var part : slot.take()) {
        var again = plain(part, scale, first.push(), first.step);
        seat.sent(part.shard(), first.step, push(part.shard(), again), again);
      }
    }
  }

  private MemorySegment decoded(Frame frame, int count) {
    var floats = new float[count];
    try {
      table
          .spec()
          .compression()
          .decoder()
          .decode(frame.numbers().toArray(ValueLayout.JAVA_BYTE), floats, 0, count);
    } catch (CompressedFormatException e) {
      throw new IllegalStateException("What this worker has encoded cannot be decoded", e);
    }
    return MemorySegment.ofArray(floats);
  }

  private Sent sealed(GradientSlot.Part part, double scale, long push, long step) {
    int count = (int) part.count(table.spec().element());
    boolean whole = part.local() == 0 && count == table.splitOf(seat.layout()).length(part.shard());
    return part.room() == null && isCompressed() && whole
        ? compressed(part, count, scale, push, step)
        : plain(part, scale, push, step);
  }

  private Sent plain(GradientSlot.Part part, double scale, long push, long step) {
    int count = (int) part.count(table.spec().element());
    var memory = part.frame().memory();
    part.frame().push(seat.next(part.shard(), step), part.local(), count, scale, false);
    var room = part.room();
    var contents = room == null
        ? new Parcel.Bytes(memory)
        : new Parcel.Stored(room.seal(DType.INT8, memory.byteSize()));
    return new Sent(contents, push, part.start(), count, step);
  }

  private Sent compressed(GradientSlot.Part part, int count, double scale, long push, long step) {
    var numbers = part.numbers().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
    var encoded = encoder(part.shard(), count).encode(numbers, 0);
    var bytes = new byte[Frame.HEAD + encoded.length];
    System.arraycopy(encoded, 0, bytes, Frame.HEAD, encoded.length);
    new Frame(MemorySegment.ofArray(bytes))
        .push(seat.next(part.shard(), step), part.local(), count, scale, true);
    return new Sent(Parcel.Bytes.of(bytes), push, part.start(), count, step);
  }

  /** What was kept back for a layout that is over is lost with it. */
  private Encoder encoder(int shard, int count) {
    if (encodersOf != seat.layout().version()) {
      encoders = new Encoder[seat.layout().size()];
      encodersOf = seat.layout().version();
    }
    var encoder = encoders[shard];
    if (encoder == null) {
      encoder = table.spec().compression().encoder(count);
      encoders[shard] = encoder;
    }
    return encoder;
  }
}
