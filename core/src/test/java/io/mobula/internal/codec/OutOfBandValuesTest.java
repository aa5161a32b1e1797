package io.mobula.internal.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.error.CodecException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Test of externals and out-of-band buffers. */
class OutOfBandValuesTest {
  interface Ref {}

  record NamedRef(String name, Thread unencodable) implements Ref {}

  record Envelope(Object first, Object second, Object third) {}

  /** Value like a tensor: memory and a shape. */
  record Matrix(MemorySegment segment, int columns) {
    static final BufferType<Matrix> TYPE = new BufferType<>(
        Matrix.class,
        Matrix::segment,
        matrix -> ByteBuffer.allocate(4).putInt(matrix.columns).array(),
        (segment, header) -> new Matrix(segment, ByteBuffer.wrap(header).getInt()));
  }

  private final Codec codec = Codec.create(
      CodecOptions.defaults().withExternalTypes(Ref.class).withBufferTypes(Matrix.TYPE));

  private Envelope copy(Envelope value) {
    return (Envelope) codec.decode(codec.encode(value));
  }

  @Test
  void handsExternalsOverOnceAndTakesThemBack() {
    Ref a = new NamedRef("a", Thread.currentThread());
    Ref b = new NamedRef("b", Thread.currentThread());

    EncodedValue encoded = codec.encode(new Envelope(List.of(a, b), a, b));

    assertThat(encoded.externals()).hasSize(2);
    assertThat(encoded.externals().get(0)).isSameAs(a);
    assertThat(encoded.externals().get(1)).isSameAs(b);
    Envelope back = (Envelope)
        codec.decode(MemorySegment.ofArray(encoded.bytes()), List.of(), List.of("first", "second"));
    assertThat(back).isEqualTo(new Envelope(List.of("first", "second"), "first", "second"));
  }

  @Test
  void refusesExternalsAndBuffersThatAreNotThere() {
    EncodedValue external = codec.encode(new NamedRef("a", null));
    EncodedValue buffer = codec.encode(new double[1000]);

    assertThatThrownBy(() -> codec.decode(external.bytes()))
        .isInstanceOf(CodecException.class)
        .hasMessageContaining("external value 0 of 0");
    assertThatThrownBy(() -> codec.decode(buffer.bytes()))
        .isInstanceOf(CodecException.class)
        .hasMessageContaining("buffer 0 of 0");
  }

  @Test
  void wrapsLargeBuffersInPlaceReadOnly() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(8192, 8);
      ByteBuffer direct = ByteBuffer.allocateDirect(4096).order(ByteOrder.LITTLE_ENDIAN);
      Matrix matrix = new Matrix(memory.asSlice(4096), 3);

      EncodedValue encoded = codec.encode(new Envelope(memory, direct, List.of(matrix)));
      Envelope back = (Envelope) codec.decode(encoded);

      assertThat(encoded.buffers()).hasSize(3);
      assertThat(encoded.bytes().length).isLessThan(400);
      assertThat(encoded.byteSize()).isEqualTo(encoded.bytes().length + 8192 + 4096 + 4096);
      assertThat(((MemorySegment) back.first()).address()).isEqualTo(memory.address());
      assertThat(((MemorySegment) back.first()).isReadOnly()).isTrue();
      assertThat(MemorySegment.ofBuffer((ByteBuffer) back.second()).address())
          .isEqualTo(MemorySegment.ofBuffer(direct).address());
      Matrix sameMatrix = (Matrix) ((List<?>) back.third()).getFirst();
      assertThat(sameMatrix.segment().address()).isEqualTo(memory.address() + 4096);
      assertThat(sameMatrix.columns()).isEqualTo(3);
    }
  }

  @Test
  void detachingCopiesToAlignedMemory() {
    byte[] content = new byte[2000];
    content[7] = 9;
    EncodedValue detached = codec.encode(MemorySegment.ofArray(content)).detached();
    content[7] = 0;

    MemorySegment back = (MemorySegment) codec.decode(detached);

    assertThat(back.get(ValueLayout.JAVA_BYTE, 7)).isEqualTo((byte) 9);
    assertThat(back.address() % 8).isZero();
  }

  @Test
  void keepsSmallContentInTheBytes() {
    MemorySegment small = MemorySegment.ofArray(new double[] {1, 2, 3});
    EncodedValue encoded =
        codec.encode(new Envelope(small, new Matrix(small, 3), ByteBuffer.wrap(new byte[] {1, 2})));

    Envelope back = (Envelope) codec.decode(encoded);

    assertThat(encoded.buffers()).isEmpty();
    MemorySegment segment = (MemorySegment) back.first();
    assertThat(segment.toArray(ValueLayout.JAVA_DOUBLE)).containsExactly(1, 2, 3);
    assertThat(segment.isReadOnly()).isTrue();
    assertThat(segment
            .asByteBuffer()
            .order(ByteOrder.nativeOrder())
            .asDoubleBuffer()
            .get(2))
        .isEqualTo(3);
    assertThat(((Matrix) back.second()).segment().getAtIndex(ValueLayout.JAVA_DOUBLE, 1))
        .isEqualTo(2);
  }

  @Test
  void aByteBufferIsItsRemainingBytesAndItsOrder() {
    for (int size : new int[] {0, 10, 5000}) {
      ByteBuffer buffer = ByteBuffer.allocate(size + 20).order(ByteOrder.LITTLE_ENDIAN);
      buffer.position(3).put((byte) 1).position(3).limit(3 + size);

      ByteBuffer back = (ByteBuffer) copy(new Envelope(buffer, null, null)).first();

      assertThat(back.isReadOnly()).isTrue();
      assertThat(back.order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
      assertThat(back.position()).isZero();
      assertThat(back.limit()).isEqualTo(back.capacity()).isEqualTo(size);
      assertThat(back).isEqualTo(buffer);
      assertThat(buffer.position()).isEqualTo(3);
    }
  }

  @Test
  void sharesOneBufferThatIsMetTwice() {
    double[] numbers = new double[1000];
    ByteBuffer buffer = ByteBuffer.allocate(5000);

    EncodedValue encoded = codec.encode(new Envelope(numbers, List.of(numbers, buffer), buffer));
    Envelope back = (Envelope) codec.decode(encoded);

    assertThat(encoded.buffers()).hasSize(2);
    assertThat(((List<?>) back.second()).get(0)).isSameAs(back.first());
    assertThat(((List<?>) back.second()).get(1)).isSameAs(back.third());
  }

  @Test
  void writesLargePrimitiveArraysOutOfBandAndReadsThemAsArrays() {
    int[] ints = new int[1000];
    Arrays.setAll(ints, i -> i * i);
    List<Object> arrays =
        new ArrayList<>(List.of(ints, "x".repeat(3000).toCharArray(), new float[] {1, 2}));

    EncodedValue encoded = codec.encode(arrays);
    List<?> back = (List<?>) codec.decode(encoded);

    assertThat(encoded.buffers()).hasSize(2);
    assertThat((int[]) back.get(0)).isEqualTo(ints).isNotSameAs(ints);
    assertThat((char[]) back.get(1)).hasSize(3000);
    assertThat((float[]) back.get(2)).containsExactly(1, 2);
  }

  @Test
  void refusesABufferThatDoesNotFitTheArray() {
    EncodedValue encoded = codec.encode(new double[1000]);

    assertThatThrownBy(() -> codec.decode(
            MemorySegment.ofArray(encoded.bytes()),
            List.of(AlignedMemory.allocate(1001)),
            List.of()))
        .isInstanceOf(CodecException.class)
        .hasMessageContaining("1001 bytes");
  }

  @Test
  void refusesMemoryThatIsClosed() {
    MemorySegment memory;
    try (Arena arena = Arena.ofConfined()) {
      memory = arena.allocate(5000);
    }

    assertThatThrownBy(() -> codec.encode(List.of(memory)))
        .isInstanceOf(CodecException.class)
        .hasMessageContaining("[0] (")
        .hasMessageContaining("its memory is closed");
  }
}
