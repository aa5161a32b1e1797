package io.mobula.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.EnumSource.Mode.EXCLUDE;

import io.mobula.error.InvalidRequestException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TensorTest {
  @Test
  void holdsACopyOfWhatItIsMadeOf() {
    float[] values = {1, 2, 3, 4, 5, 6};
    Tensor tensor = Tensor.of(values, 2, 3);
    values[0] = 9;
    assertThat(tensor.getFloat(0)).isEqualTo(1);
    assertThat(tensor.toFloatArray()).containsExactly(1, 2, 3, 4, 5, 6);
    assertThat(tensor.shape()).containsExactly(2, 3);
    assertThat(tensor.size()).isEqualTo(6);
    assertThat(tensor.byteSize()).isEqualTo(24);
    assertThat(tensor.dtype()).isEqualTo(DType.FLOAT32);
    assertThat(tensor.isReadOnly()).isFalse();
  }

  @Test
  void readsBackEveryFormat() {
    assertThat(Tensor.of(new float[] {1.5f, -0f}).toFloatArray()).containsExactly(1.5f, -0f);
    assertThat(Tensor.of(new double[] {Math.PI}).toDoubleArray()).containsExactly(Math.PI);
    assertThat(Tensor.of(new byte[] {-128, 127}).toByteArray()).containsExactly(-128, 127);
    assertThat(Tensor.of(new short[] {-2, 3}).toShortArray()).containsExactly(new short[] {-2, 3});
    assertThat(Tensor.of(new int[] {Integer.MIN_VALUE}).toIntArray())
        .containsExactly(Integer.MIN_VALUE);
    assertThat(Tensor.of(new long[] {Long.MIN_VALUE, 7}).toLongArray())
        .containsExactly(Long.MIN_VALUE, 7);
  }

  @Test
  void setsAndGetsEveryFormat() {
    Tensor floats = Tensor.allocate(DType.FLOAT32, 3);
    Tensor doubles = Tensor.allocate(DType.FLOAT64, 3);
    Tensor bytes = Tensor.allocate(DType.INT8, 3);
    Tensor shorts = Tensor.allocate(DType.INT16, 3);
    Tensor ints = Tensor.allocate(DType.INT32, 3);
    Tensor longs = Tensor.allocate(DType.INT64, 3);
    floats.setFloat(2, 1.25f);
    doubles.setDouble(2, 1.25);
    bytes.setByte(2, (byte) 5);
    shorts.setShort(2, (short) 5);
    ints.setInt(2, 5);
    longs.setLong(2, 5);
    assertThat(floats.getFloat(2)).isEqualTo(1.25f);
    assertThat(doubles.getDouble(2)).isEqualTo(1.25);
    assertThat(bytes.getByte(2)).isEqualTo((byte) 5);
    assertThat(shorts.getShort(2)).isEqualTo((short) 5);
    assertThat(ints.getInt(2)).isEqualTo(5);
    assertThat(longs.getLong(2)).isEqualTo(5);
    assertThat(ints.getInt(1)).isZero();
  }

  @Test
  void theBuffersShareItsMemory() {
    Tensor floats = Tensor.of(new float[] {1, 2});
    FloatBuffer buffer = floats.asFloatBuffer();
    buffer.put(1, 7);
    assertThat(floats.getFloat(1)).isEqualTo(7);
    assertThat(floats.asByteBuffer().order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
    assertThat(floats.asByteBuffer().getFloat(4)).isEqualTo(7);
    assertThat(Tensor.of(new double[] {3}).asDoubleBuffer().get(0)).isEqualTo(3);
    assertThat(Tensor.of(new short[] {3}).asShortBuffer().get(0)).isEqualTo((short) 3);
    assertThat(Tensor.of(new int[] {3}).asIntBuffer().get(0)).isEqualTo(3);
    assertThat(Tensor.of(new long[] {3}).asLongBuffer().get(0)).isEqualTo(3);
  }

  @Test
  void isLaidOutRowByRowInLittleEndian() {
    Tensor tensor = Tensor.of(new int[] {1, 2, 3, 0x01020304}, 2, 2);
    assertThat(tensor.index(1, 1)).isEqualTo(3);
    assertThat(tensor.segment().get(ValueLayout.JAVA_BYTE, 12)).isEqualTo((byte) 4);
    assertThatThrownBy(() -> tensor.index(0, 2)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> tensor.index(0)).isInstanceOf(InvalidRequestException.class);
  }

  @Test
  void wrapsMemoryInPlaceAtAnyAlignment() {
    MemorySegment memory = MemorySegment.ofArray(new byte[25]).asSlice(1);
    Tensor tensor = Tensor.wrap(memory, DType.FLOAT64, 3, 1);
    tensor.setDouble(2, 4.5);
    assertThat(memory.get(ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), 16))
        .isEqualTo(4.5);
    assertThat(tensor.toDoubleArray()).containsExactly(0, 0, 4.5);
    assertThat(tensor.segment()).isSameAs(memory);
  }

  @Test
  void aReadOnlyTensorSaysHowToGetAWritableOne() {
    Tensor tensor = Tensor.wrap(MemorySegment.ofArray(new int[] {1, 2}).asReadOnly(), DType.INT32);
    assertThat(tensor.isReadOnly()).isTrue();
    assertThatThrownBy(() -> tensor.setInt(0, 1))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("copy()");
    Tensor copy = tensor.copy();
    copy.setInt(0, 9);
    assertThat(tensor.getInt(0)).isEqualTo(1);
  }

  @Test
  void refusesShapesThatDoNotFitAndSaysBothNumbers() {
    assertThatThrownBy(() -> Tensor.of(new float[6], 4, 2))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("[4, 2] wants 8 elements, had 6");
    assertThatThrownBy(() -> Tensor.allocate(DType.INT8, -1))
        .isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> Tensor.allocate(DType.INT64, 1L << 32, 1L << 29))
        .isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> Tensor.wrap(MemorySegment.ofArray(new byte[7]), DType.INT16))
        .isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> Tensor.of(new int[4]).reshape(3))
        .isInstanceOf(InvalidRequestException.class);
  }

  @Test
  void anAccessorOfAnotherFormatSaysWhichItHas() {
    Tensor tensor = Tensor.of(new float[] {1});
    assertThatThrownBy(() -> tensor.getDouble(0))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("FLOAT32[1]")
        .hasMessageContaining("FLOAT64");
    assertThatThrownBy(tensor::toLongArray).isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(tensor::asIntBuffer).isInstanceOf(InvalidRequestException.class);
  }

  @Test
  void refusesIndicesOutside() {
    Tensor tensor = Tensor.of(new float[] {1});
    assertThatThrownBy(() -> tensor.getFloat(1)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> tensor.getFloat(-1)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> tensor.setFloat(1, 0)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void reshapingAndSlicingShareMemory() {
    Tensor tensor = Tensor.of(new int[] {0, 1, 2, 3, 4, 5}, 3, 2);
    Tensor rows = tensor.slice(1, 3);
    assertThat(rows.shape()).containsExactly(2, 2);
    assertThat(rows.toIntArray()).containsExactly(2, 3, 4, 5);
    rows.setInt(0, 20);
    assertThat(tensor.getInt(2)).isEqualTo(20);
    assertThat(tensor.reshape(6).getInt(2)).isEqualTo(20);
    assertThat(tensor.slice(3, 3).size()).isZero();
    assertThatThrownBy(() -> tensor.slice(2, 4)).isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> tensor.slice(2, 1)).isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> Tensor.allocate(DType.INT8).slice(0, 0))
        .isInstanceOf(InvalidRequestException.class);
  }

  @Test
  void closingStopsItsAccessorsButNotItsSegmentsOrSlices() {
    Tensor tensor = Tensor.of(new float[] {1, 2}, 2);
    MemorySegment segment = tensor.segment();
    Tensor slice = tensor.slice(1, 2);
    tensor.close();
    tensor.close();
    assertThatThrownBy(() -> tensor.getFloat(0))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("FLOAT32[2]");
    assertThatThrownBy(() -> tensor.setFloat(0, 1)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(tensor::segment).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(tensor::asFloatBuffer).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(tensor::toFloatArray).isInstanceOf(IllegalStateException.class);
    assertThat(tensor).hasToString("Tensor FLOAT32[2] (closed)").isEqualTo(tensor);
    assertThat(segment.get(ValueLayout.JAVA_FLOAT, 4)).isEqualTo(2);
    assertThat(slice.getFloat(0)).isEqualTo(2);
  }

  @Test
  void equalsByFormatShapeAndBytes() {
    Tensor tensor = Tensor.of(new float[] {1, Float.NaN}, 2);
    assertThat(tensor).isEqualTo(Tensor.of(new float[] {1, Float.NaN}, 2)).isEqualTo(tensor.copy());
    assertThat(tensor).hasSameHashCodeAs(tensor.copy());
    assertThat(tensor).isNotEqualTo(Tensor.of(new float[] {1, Float.NaN}, 2, 1));
    assertThat(tensor).isNotEqualTo(Tensor.of(new float[] {2, Float.NaN}, 2));
    assertThat(Tensor.of(new float[] {0f})).isNotEqualTo(Tensor.of(new float[] {-0f}));
    assertThat(Tensor.of(new int[] {0})).isNotEqualTo(Tensor.of(new float[] {0}));
    assertThat(tensor).isNotEqualTo("tensor");
  }

  @Test
  void describesItselfShortly() {
    assertThat(Tensor.allocate(DType.INT64, 3, 4)).hasToString("Tensor INT64[3, 4]");
    assertThat(Tensor.allocate(DType.INT8)).hasToString("Tensor INT8[]");
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void mayBeEmptyOrAScalar(DType dtype) {
    Tensor empty = Tensor.allocate(dtype, 0, 5);
    assertThat(empty.byteSize()).isZero();
    assertThat(empty)
        .isEqualTo(Tensor.allocate(dtype, 0, 5))
        .hasSameHashCodeAs(Tensor.allocate(dtype, 0, 5));
    assertThat(empty.slice(0, 0).size()).isZero();
    assertThat(Tensor.allocate(dtype).size()).isEqualTo(1);
    assertThat(Tensor.allocate(dtype).shape()).isEmpty();
    assertThat(Tensor.allocate(dtype).byteSize()).isEqualTo(dtype.byteSize());
  }

  @ParameterizedTest
  @EnumSource(value = DType.class, names = "INT8", mode = EXCLUDE)
  void aWrappedArrayOfNumbersCannotBeABufferAndSaysSo(DType dtype) {
    Tensor tensor = Tensor.wrap(MemorySegment.ofArray(new long[2]), dtype);
    assertThatThrownBy(tensor::asByteBuffer)
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("copy()");
  }

  @Test
  void indexFollowsTheOrderOfTheElements() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    long[] shape = {1 + random.nextInt(4), 1 + random.nextInt(4), 1 + random.nextInt(4)};
    Tensor tensor = Tensor.allocate(DType.INT32, shape);
    long expected = 0;
    for (long i = 0; i < shape[0]; i++) {
      for (long j = 0; j < shape[1]; j++) {
        for (long k = 0; k < shape[2]; k++) {
          assertThat(tensor.index(i, j, k)).as("seed " + seed).isEqualTo(expected++);
        }
      }
    }
  }
}
