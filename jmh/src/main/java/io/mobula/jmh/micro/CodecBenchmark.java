package io.mobula.jmh.micro;

import io.mobula.Fn1;
import io.mobula.internal.codec.BufferType;
import io.mobula.internal.codec.Codec;
import io.mobula.internal.codec.CodecOptions;
import io.mobula.internal.codec.EncodedValue;
import io.mobula.tensor.DType;
import io.mobula.tensor.Tensor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Encoding and decoding of users' values, by kind of value. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CodecBenchmark {
  private static final int ELEMENTS = 100;
  private static final long TENSOR_BYTES = 1 << 20;

  /** Kind of the value under test. */
  @Param
  public Kind kind;

  private Codec codec;
  private @Nullable Object value;
  private EncodedValue encoded;

  /** Kinds of value that are timed. */
  public enum Kind {
    /** Boxed number of type {@code Integer}. */
    INTEGER,
    /** Record with three components. */
    RECORD,
    /** List of a hundred strings. */
    STRINGS,
    /** Tensor of 1 MB, encoded out of band. */
    TENSOR,
    /** Lambda that captured a record. */
    LAMBDA;

    Object make() {
      return switch (this) {
        case INTEGER -> 1_234_567;
        case RECORD -> new Point(1, 2.5, "here");
        case STRINGS -> {
          var strings = new ArrayList<String>();
          for (int i = 0; i < ELEMENTS; i++) {
            strings.add("element " + i);
          }
          yield strings;
        }
        case TENSOR -> Tensor.allocate(DType.FLOAT32, TENSOR_BYTES / Float.BYTES);
        case LAMBDA -> {
          var origin = new Point(0, 0, "origin");
          Fn1<Integer, Integer> lambda = origin::plus;
          yield lambda;
        }
      };
    }
  }

  /** Small record to be encoded. */
  public record Point(int x, double y, String name) {
    /** Adds a number, as the body of the lambda. */
    public int plus(int number) {
      return number + x;
    }
  }

  /** Creates codec, value and encoded bytes. */
  @Setup
  public void make() {
    codec = Codec.create(CodecOptions.defaults()
        .withBufferTypes(new BufferType<>(
            Tensor.class,
            Tensor::segment,
            tensor -> ByteBuffer.allocate(Long.BYTES).putLong(tensor.size()).array(),
            (segment, header) -> Tensor.wrap(segment, DType.FLOAT32))));
    value = kind.make();
    encoded = codec.encode(value);
  }

  /** Encodes the value; the bytes of a tensor are not copied. */
  @Benchmark
  public EncodedValue encode() {
    return codec.encode(value);
  }

  /** Decodes a fresh value; a tensor becomes a view. */
  @Benchmark
  public @Nullable Object decode() {
    return codec.decode(encoded);
  }

  /** Returns whether the value can be shared without a copy. */
  @Benchmark
  public boolean isImmutable() {
    return codec.isImmutable(value);
  }
}
