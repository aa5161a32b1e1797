package io.mobula.internal.codec;

import io.mobula.error.CodecException;
import java.io.Serializable;
import java.lang.foreign.MemorySegment;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Values of users' classes as bytes, and bytes as values.
 *
 * <p>Works in the caller's thread, from any number of threads at once, and keeps nothing of a value
 * when a method returns. Throws {@link CodecException} for every value that cannot be written and
 * for all bytes that cannot be read, whatever they are; out of memory can only come from a value
 * that is really that large. Built on Kryo; out-of-band buffers are an idea of Python's pickle
 * protocol 5 (PEP 574).
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
   * Makes a codec. Costs little; its first values cost milliseconds, since each class is examined
   * once per codec.
   *
   * <p>A codec keeps the classes it has met from being unloaded: make one for each class loader
   * that comes and goes.
   */
  public static Codec create(CodecOptions options) {
    return new Codec(options);
  }

  /**
   * Writes a value. The bytes are a snapshot; the buffers are the value's own memory, see
   * {@link EncodedValue}.
   *
   * <p>An exception object inside the value that holds something which cannot be written is
   * replaced by a {@link RemoteThrowable}.
   *
   * @throws CodecException when something in the value cannot travel, with the path that leads to
   *     it and what to do
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

  @SuppressWarnings("IdentityHashMapUsage") // what it copies is one, too, or empty
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

  /** Reads what {@link #encode} wrote, with its own buffers and externals. */
  public @Nullable Object decode(EncodedValue encoded) {
    return decode(MemorySegment.ofArray(encoded.bytes()), encoded.buffers(), encoded.externals());
  }

  /** Reads a value that has neither buffers nor externals. */
  public @Nullable Object decode(byte[] bytes) {
    return decode(MemorySegment.ofArray(bytes), List.of(), List.of());
  }

  /**
   * Reads a value. Buffers become part of the value, as read-only views; bytes are copied out as
   * they are read.
   *
   * @param bytes may be shared memory, which must not change meanwhile
   * @param buffers the contents of {@link EncodedValue#buffers()}, in the same order
   * @param externals stand for {@link EncodedValue#externals()}, in the same order
   * @throws CodecException when the bytes are not a whole value, name a class that is unknown, not
   *     allowed or of another version here, or when a class refuses its content
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
   * Whether a value is known never to change, and so may be passed without a copy. False when in
   * doubt, and for values of external types: each holder needs one of its own.
   */
  public boolean isImmutable(@Nullable Object value) {
    try {
      return immutability.isImmutable(value);
    } catch (GraphException unknown) {
      return false; // a lambda that cannot be taken apart; encoding it tells why
    }
  }

  /**
   * Whether later changes by the caller cannot reach a function: nothing that it captured can
   * change, or is external.
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
   * What a function is: its method, its parameter types, how much it captured. Below 100 ns once
   * the function's class was seen.
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
