package io.mobula.internal.store;

import io.mobula.error.ActorCheckpointException;
import io.mobula.error.ActorDiedException;
import io.mobula.error.CodecException;
import io.mobula.error.MobulaException;
import io.mobula.error.NodeLostException;
import io.mobula.error.ObjectLostException;
import io.mobula.error.PlacementGroupException;
import io.mobula.error.ProcessException;
import io.mobula.error.RuntimeClosedException;
import io.mobula.error.StoreException;
import io.mobula.error.StoreFullException;
import io.mobula.error.TaskCancelledException;
import io.mobula.error.TaskFailedException;
import io.mobula.error.TaskTimeoutException;
import io.mobula.error.UnschedulableException;
import io.mobula.internal.codec.CapturedThrowable;
import io.mobula.internal.codec.Codec;
import io.mobula.internal.codec.EncodedValue;
import io.mobula.internal.codec.RemoteThrowable;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Codec of failures: first the parts that need no user class, then the exception itself for readers
 * that have its classes. A process that passes a failure on passes both parts on without decoding
 * them.
 */
final class FailureCodec {
  private static final Logger LOG = LoggerFactory.getLogger(FailureCodec.class);
  private static final int MAX_DEPTH = 128;

  /**
   * Largest size in bytes of the arrays and other buffers of an exception that travels itself. They
   * are in the heap of each process that knows the failure.
   */
  static final int MAX_BUFFERS = 1 << 20;

  private FailureCodec() {}

  static byte[] write(ObjectFailure failure, Codec codec) {
    var known = failure.toStandInException();
    var out = new FrameWriter();
    out.text(known.getClass().getSimpleName()).text(known.getMessage());
    out.text(known instanceof PlacementGroupException group ? group.reason().name() : null);
    out.list(failure.causeTypes(), FrameWriter::text);
    var cause = known.getCause();
    write(out, cause == null ? null : CapturedThrowable.of(cause).standIn());
    var encoded = failure.encodedException();
    var exact = encoded != null
        ? encoded
        : new ObjectFailure.EncodedException(
            encode(failure.toException(), codec),
            ObjectFailure.Relation.ITSELF,
            bytes -> decode(bytes, codec),
            known);
    out.choice(exact.relation());
    return out.block(exact.bytes()).toBytes();
  }

  /**
   * Encodes the exception of a failure: as the codec's bytes, or, if large arrays or other buffers
   * are inside, as a {@link SealedLayout}. Returns no bytes if it cannot be encoded, or if its
   * buffers are larger than {@link #MAX_BUFFERS}; then readers use the other part.
   */
  static byte[] encode(MobulaException exception, Codec codec) {
    try {
      var encoded = codec.encode(exception);
      return encoded.buffers().isEmpty() ? encoded.bytes() : withBuffers(encoded);
    } catch (Throwable unwritable) { // a user's hook may throw anything
      LOG.debug(
          "An exception does not travel itself: {}",
          CapturedThrowable.of(unwritable).text());
      return new byte[0];
    }
  }

  private static byte[] withBuffers(EncodedValue encoded) {
    long buffers = encoded.byteSize() - encoded.bytes().length;
    if (buffers > MAX_BUFFERS) {
      LOG.debug("An exception does not travel itself: it holds buffers of {} bytes", buffers);
      return new byte[0];
    }
    var layout = new byte[Math.toIntExact(SealedLayout.sizeOf(encoded))];
    SealedLayout.write(encoded, MemorySegment.ofArray(layout));
    return layout;
  }

  /**
   * Decodes what {@link #encode} has returned. The codec's own bytes begin otherwise than a layout.
   */
  static @Nullable Object decode(byte[] bytes, Codec codec) {
    var segment = MemorySegment.ofArray(bytes);
    if (!SealedLayout.isAt(segment)) {
      return codec.decode(bytes);
    }
    var parts = SealedLayout.read(segment);
    var encoded = parts.bytes().toArray(ValueLayout.JAVA_BYTE);
    // views of buffers need aligned memory, which outlives the frame
    return codec.decode(new EncodedValue(encoded, parts.buffers(), List.of(), true).detached());
  }

  static ObjectFailure read(byte[] flat, Codec codec) {
    var in = new FrameReader(flat);
    var kind = in.text();
    var message = Objects.requireNonNullElse(in.optionalText(), "");
    var reason = in.optionalText();
    var types = in.list(FrameReader::text);
    var cause = readStandIn(in, 0);
    var known = reason == null
        ? named(kind, message, cause)
        : new PlacementGroupException(
            in.construct(() -> PlacementGroupException.Reason.valueOf(reason)), message, cause);
    var relation = in.choice(ObjectFailure.Relation.values());
    var bytes = in.block();
    return new ObjectFailure(
        known,
        types,
        bytes.length == 0
            ? null
            : new ObjectFailure.EncodedException(
                bytes, relation, encoded -> decode(encoded, codec), known));
  }

  /**
   * Creates the exceptions that callers distinguish by class; all others are in the encoded part
   * only.
   */
  private static MobulaException named(String kind, String message, @Nullable Throwable cause) {
    return switch (kind) {
      case "TaskCancelledException" -> new TaskCancelledException(message, cause);
      case "TaskTimeoutException" -> new TaskTimeoutException(message);
      case "ActorDiedException" -> new ActorDiedException(message, cause);
      case "ActorCheckpointException" -> new ActorCheckpointException(message, cause);
      case "NodeLostException" -> new NodeLostException(message, cause);
      case "ObjectLostException" -> new ObjectLostException(message, cause);
      case "CodecException" -> new CodecException(message, cause);
      case "StoreException" -> new StoreException(message, cause);
      case "StoreFullException" -> new StoreFullException(message);
      case "ProcessException" -> new ProcessException(message, cause);
      case "RuntimeClosedException" -> new RuntimeClosedException(message);
      case "UnschedulableException" -> new UnschedulableException(message);
      default -> new TaskFailedException(message, cause);
    };
  }

  private static void write(FrameWriter out, @Nullable RemoteThrowable standIn) {
    out.flag(standIn != null);
    if (standIn == null) {
      return;
    }
    out.list(standIn.types(), FrameWriter::text)
        .text(standIn.getMessage())
        .text(standIn.toString());
    out.list(List.of(standIn.getStackTrace()), FailureCodec::writeFrame);
    write(out, (RemoteThrowable) standIn.getCause());
    out.list(List.of(standIn.getSuppressed()), (to, each) -> write(to, (RemoteThrowable) each));
  }

  private static void writeFrame(FrameWriter out, StackTraceElement frame) {
    out.text(frame.getClassName())
        .text(frame.getMethodName())
        .text(frame.getFileName())
        .int32(frame.getLineNumber());
  }

  private static @Nullable RemoteThrowable readStandIn(FrameReader in, int depth) {
    if (!in.flag()) {
      return null;
    }
    if (depth > MAX_DEPTH) {
      throw new CodecException("A failure has more causes than any has.", null);
    }
    var types = in.list(FrameReader::text);
    var message = in.optionalText();
    var text = in.text();
    var frames = in.list(FailureCodec::readFrame);
    var standIn = new RemoteThrowable(types, message, text, readStandIn(in, depth + 1));
    standIn.setStackTrace(frames.toArray(StackTraceElement[]::new));
    in.list(from -> readSuppressed(from, depth)).forEach(standIn::addSuppressed);
    return standIn;
  }

  private static RemoteThrowable readSuppressed(FrameReader in, int depth) {
    var suppressed = readStandIn(in, depth + 1);
    if (suppressed == null) {
      throw new CodecException("A failure lacks one of those that it suppressed.", null);
    }
    return suppressed;
  }

  private static StackTraceElement readFrame(FrameReader in) {
    return new StackTraceElement(in.text(), in.text(), in.optionalText(), in.int32());
  }
}
