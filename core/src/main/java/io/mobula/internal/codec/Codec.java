package io.mobula.internal.codec;

import io.mobula.error.CodecException;
import java.io.Serializable;
import java.lang.foreign.MemorySegment;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Entry point of the codec: encodes values of users' classes to bytes, and decodes them.
 *
 * <p>A codec works in the caller's thread, serves any number of threads at once, and keeps no
 * reference to a value when a method returns. It throws {@link CodecException} for every value that
 * cannot be encoded and for all bytes that cannot be decoded, whatever the bytes are. It runs out
 * of memory only on a value that is really that large. Built on Kryo; out-of-band buffers follow
 * Python's pickle protocol 5 (PEP 574).
 */
public final class Codec {
  private static final int STAND_INS_TRIED = 16;

  static {
    KryoWithoutUnsafe.ensure();
  }

  private final GraphCodecPool pool;
  private final ImmutabilityAnalyzer immutability;

  private Codec(CodecOptions options) {
    this.pool = new GraphCodecPool(options, new TypeCodecRegistry(options));
    this.immutability = new ImmutabilityAnalyzer();
  }

  /**
   * Makes a codec with these options. Construction is cheap; the first values cost milliseconds,
   * since each class is examined once per codec.
   *
   * <p>A codec keeps the classes that it has met from being unloaded: make one for each class
   * loader that comes and goes.
   */
  public static Codec create(CodecOptions options) {
    return new Codec(options);
  }

  /**
   * Encodes a value as bytes. The bytes are a snapshot; the buffers are the value's own memory, see
   * {@link EncodedValue}.
   *
   * <p>If an exception object inside the value holds something that cannot be encoded, a
   * {@link RemoteThrowable} takes its place.
   *
   * @throws CodecException when something in the value cannot be encoded; the message has the path
   *     that leads to it and what to do
   */
  public EncodedValue encode(@Nullable Object value) {
    Map<Throwable, RemoteThrowable> standIns = Map.of();
    while (true) {
      try {
        GraphCodec graph = pool.take();
        EncodedValue encoded = graph.encode(value, standIns);
        pool.give(graph);
        return encoded;
      } catch (StackOverflowError overflow) {
        throw failure("encode", GraphException.from(overflow), rootOf(value));
      } catch (Throwable thrown) {
        GraphException fault = GraphException.from(thrown);
        Throwable blamed = fault.blamedThrowable();
        if (blamed == null || standIns.size() == STAND_INS_TRIED) {
          throw failure("encode", fault, rootOf(value));
        }
        standIns = with(standIns, blamed);
      }
    }
  }

  @SuppressWarnings("IdentityHashMapUsage") // the copied map is an IdentityHashMap, too, or empty
  private static Map<Throwable, RemoteThrowable> with(
      Map<Throwable, RemoteThrowable> standIns, Throwable blamed) {
    IdentityHashMap<Throwable, RemoteThrowable> more = new IdentityHashMap<>(standIns);
    more.put(blamed, RemoteThrowable.of(blamed));
    return more;
  }

  private static String rootOf(@Nullable Object value) {
    if (value == null) {
      return "null";
    }
    Class<?> type = value.getClass();
    if (LambdaSerialization.isLambda(type)) {
      return LambdaSerialization.signatureOf((Serializable) value).displayName();
    }
    return type.getSimpleName().isEmpty() ? type.getTypeName() : type.getSimpleName();
  }

  /** Decodes the result of {@link #encode} with its own buffers and externals. */
  public @Nullable Object decode(EncodedValue encoded) {
    return decode(MemorySegment.ofArray(encoded.bytes()), encoded.buffers(), encoded.externals());
  }

  /** Decodes a value that has neither buffers nor externals. */
  public @Nullable Object decode(byte[] bytes) {
    return decode(MemorySegment.ofArray(bytes), List.of(), List.of());
  }

  /**
   * Decodes a value from its parts. Buffers become part of the value, as read-only views; the other
   * bytes are copied as they are read.
   *
   * @param bytes the encoded value; may be shared memory, which must not change meanwhile
   * @param buffers the contents of {@link EncodedValue#buffers()}, in the same order
   * @param externals the objects that stand for {@link EncodedValue#externals()}, in the same order
   * @throws CodecException when the bytes are not a complete value, when they name a class that is
   *     unknown, not allowed or of another version here, or when a class rejects its content
   */
  public @Nullable Object decode(
      MemorySegment bytes, List<MemorySegment> buffers, List<?> externals) {
    try {
      GraphCodec graph = pool.take();
      Object value = graph.decode(bytes, buffers, externals);
      pool.give(graph);
      return value;
    } catch (StackOverflowError overflow) {
      throw failure("decode", GraphException.from(overflow), "value");
    } catch (Throwable thrown) {
      throw failure("decode", GraphException.from(thrown), "value");
    }
  }

  private static CodecException failure(String action, GraphException failure, String root) {
    return new CodecException(
        "Cannot " + action + " " + failure.describe(root), failure.getCause());
  }

  /**
   * Returns whether a value is known never to change, and so may be passed without a copy. Returns
   * false when in doubt, and for values of external types, since each holder needs its own.
   */
  public boolean isImmutable(@Nullable Object value) {
    try {
      return immutability.isImmutable(value);
    } catch (GraphException unknown) {
      return false; // a lambda that cannot be disassembled; encoding it reports the reason
    }
  }

  /**
   * Returns whether later changes by the caller cannot affect a function: everything that it
   * captured is immutable, and nothing is external.
   */
  public boolean isIsolated(Serializable function) {
    return isImmutable(function) || capturesOnlyImmutables(function);
  }

  private boolean capturesOnlyImmutables(Serializable function) {
    if (!LambdaSerialization.isLambda(function.getClass())) {
      return false;
    }
    try {
      var parts = LambdaSerialization.toSerializedLambda(function);
      for (int i = 0; i < parts.getCapturedArgCount(); i++) {
        if (!immutability.isImmutable(parts.getCapturedArg(i))) {
          return false;
        }
      }
      return true;
    } catch (GraphException fault) {
      throw failure("encode", fault, rootOf(function));
    }
  }

  /**
   * Returns a function's method, parameter types and number of captured values. Takes less than 100
   * ns once the function's class is known.
   *
   * @throws CodecException when a lambda's class cannot be examined
   */
  public static FunctionSignature signatureOf(Serializable function) {
    try {
      return LambdaSerialization.signatureOf(function);
    } catch (GraphException failure) {
      throw new CodecException(
          "Cannot examine a function: " + failure.describe("lambda"), failure.getCause());
    }
  }
}
