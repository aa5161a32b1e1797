package io.mobula.internal.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.esotericsoftware.kryo.io.Output;
import io.mobula.error.CodecException;
import java.io.Serializable;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/**
 * Test of crafted bytes: decoding throws only {@code CodecException}, and uses no memory beyond the
 * size of the bytes.
 */
class HostileBytesTest {
  private static final long MUTATION_NANOS = 3_000_000_000L;

  private final Codec codec = Codec.create(CodecOptions.defaults());

  interface SerializableSupplier<R> extends Supplier<R>, Serializable {}

  static List<Object> seeds() {
    List<String> captured = new ArrayList<>(List.of("a", "b"));
    SerializableSupplier<List<String>> lambda = () -> captured;
    return List.of(
        1,
        "text",
        "ümläut €",
        new ArrayList<>(List.of(1, "b", 2.0)),
        new HashMap<>(Map.of("k", List.of(1))),
        new SampleClasses.Person("p", 3, new SampleClasses.Address("s", 4)),
        new SampleClasses.Bean("b", 1, 2, List.of("x")),
        new int[][] {{1, 2}, {3}},
        shortTraced(new Exception("x", shortTraced(new Exception("y")))),
        lambda,
        Optional.of(1),
        new TreeMap<>(Map.of("a", 1)),
        new PriorityQueue<>(List.of(2, 1)),
        Collections.unmodifiableList(captured),
        new UUID(1, 2),
        SampleClasses.Fruit.PEAR,
        new Object[] {String.class, null},
        new SampleClasses.WriteObjectValue("h", 1),
        new java.util.ArrayDeque<>(List.of(1)),
        new java.util.LinkedHashMap<>(Map.of(1, 2)),
        new Random(1),
        new StringBuilder("abc"),
        new java.math.BigDecimal("1.5"),
        java.nio.ByteBuffer.wrap(new byte[10]));
  }

  private static Exception shortTraced(Exception thrown) {
    thrown.setStackTrace(Arrays.copyOf(thrown.getStackTrace(), 2));
    return thrown;
  }

  private void decodesOrRefuses(byte[] bytes) {
    try {
      codec.decode(bytes);
    } catch (CodecException refused) {
      assertThat(refused).hasMessageStartingWith("Cannot decode ");
    }
  }

  private static byte[] bytes(java.util.function.Consumer<Output> content) {
    Output output = new Output(64, -1);
    output.writeByte(1);
    content.accept(output);
    return output.toBytes();
  }

  /** Returns the number under which the codec writes instances of this class. */
  private int numberOf(Object value) {
    return codec.encode(value).bytes()[1];
  }

  @Test
  void refusesDeclaredLengthsThatTheBytesCannotHold() {
    for (Object container : List.of(
        new ArrayList<>(),
        new HashMap<>(),
        new Object[0],
        new String[0],
        new int[0],
        new boolean[0],
        List.of(),
        new java.util.ArrayDeque<>(),
        new java.util.HashSet<>(),
        Map.of())) {
      int number = numberOf(container);
      for (int declared : new int[] {5, 1 << 20, Integer.MAX_VALUE, -1, Integer.MIN_VALUE}) {
        byte[] crafted = bytes(output -> {
          output.writeByte(number);
          output.writeByte(1);
          if (container instanceof int[]) {
            output.writeByte(0);
          }
          output.writeVarInt(declared, true);
        });
        assertThatThrownBy(() -> codec.decode(crafted)).isInstanceOf(CodecException.class);
      }
    }
  }

  @Test
  void refusesAStringThatDeclaresMoreThanThereIs() {
    byte[] crafted = bytes(output -> {
      output.writeByte(numberOf("x"));
      output.writeVarIntFlag(true, Integer.MAX_VALUE, true);
    });

    assertThatThrownBy(() -> codec.decode(crafted))
        .isInstanceOf(CodecException.class)
        .hasMessageContaining("declare a string of 2147483647 characters");
  }

  @Test
  void refusesNestedArraysThatTogetherDeclareMoreThanThereIs() {
    int number = numberOf(new Object[0]);
    int size = 4_000_000;
    byte[] crafted = bytes(output -> {
      for (int i = 0; i < 500; i++) {
        output.writeByte(number);
        output.writeByte(1);
        output.writeVarInt(size - 10_000, true);
      }
      output.writeBytes(new byte[size]);
    });

    assertThatThrownBy(() -> codec.decode(crafted))
        .isInstanceOf(CodecException.class)
        .hasMessageContaining("elements");
  }

  /** Each reference takes three bytes, and would take a copy of the buffer. */
  @Test
  void refusesABufferThatIsCopiedAgainAndAgain() {
    byte[] content = new byte[1 << 20];
    EncodedValue encoded = codec.encode(List.of(content, "x"));
    assertThat(encoded.buffers()).hasSize(1);
    assertThat((List<?>) codec.decode(encoded)).hasSize(2);
    int number = numberOf(new Object[0]);
    int ofBytes = numberOf(content);
    byte[] crafted = bytes(output -> {
      output.writeByte(number);
      output.writeByte(1);
      output.writeVarInt(1_000, true);
      for (int i = 0; i < 1_000; i++) {
        output.writeByte(ofBytes);
        output.writeByte(1);
        output.writeByte(1);
        output.writeVarInt(0, true);
      }
    });

    assertThatThrownBy(
            () -> codec.decode(MemorySegment.ofArray(crafted), encoded.buffers(), List.of()))
        .isInstanceOf(CodecException.class)
        .hasMessageContaining("more often than there are values of it");
  }

  @Test
  void refusesEveryPrefixOfAValueAndEveryExtension() {
    for (Object seed : seeds()) {
      byte[] whole = codec.encode(seed).bytes();
      for (int length = 0; length < whole.length; length++) {
        byte[] prefix = Arrays.copyOf(whole, length);
        assertThatThrownBy(() -> codec.decode(prefix)).isInstanceOf(CodecException.class);
      }
      assertThatThrownBy(() -> codec.decode(Arrays.copyOf(whole, whole.length + 1)))
          .isInstanceOf(CodecException.class)
          .hasMessageContaining("1 bytes are left over");
    }
  }

  @Test
  void namesAClassThatIsUnknown() {
    byte[] crafted = bytes(output -> {
      output.writeByte(1);
      output.writeVarInt(0, true);
      output.writeString("com.example.Nowhere");
      output.writeInt(0);
    });

    assertThatThrownBy(() -> codec.decode(crafted))
        .isInstanceOf(CodecException.class)
        .hasMessageContaining("class com.example.Nowhere is not found here");
  }

  @Test
  void refusesAnotherFormat() {
    assertThatThrownBy(() -> codec.decode(new byte[] {9, 0}))
        .isInstanceOf(CodecException.class)
        .hasMessageContaining("format 9");
  }

  @Test
  void refusesAReferenceToNothing() {
    int number = numberOf(new ArrayList<>());
    byte[] crafted = bytes(output -> {
      output.writeByte(number);
      output.writeVarInt(77, true);
    });

    assertThatThrownBy(() -> codec.decode(crafted)).isInstanceOf(CodecException.class);
  }

  @Test
  void refusesNestingThatIsTooDeepToRead() {
    int number = numberOf(new Object[0]);
    byte[] crafted = bytes(output -> {
      for (int i = 0; i < 100_000; i++) {
        output.writeByte(number);
        output.writeByte(1);
        output.writeVarInt(1, true);
      }
      output.writeByte(0);
    });

    assertThatThrownBy(() -> codec.decode(crafted))
        .isInstanceOf(CodecException.class)
        .hasMessageContaining("nested deeper");
  }

  @Test
  void onlyRefusesRandomMutations() {
    long seed = System.nanoTime();
    System.out.println("HostileBytesTest seed " + seed);
    Random random = new Random(seed);
    List<byte[]> originals =
        seeds().stream().map(value -> codec.encode(value).bytes()).toList();
    long end = System.nanoTime() + MUTATION_NANOS;
    while (System.nanoTime() - end < 0) {
      byte[] mutated = originals.get(random.nextInt(originals.size())).clone();
      for (int i = random.nextInt(4); i >= 0; i--) {
        mutated[random.nextInt(mutated.length)] = (byte) random.nextInt(256);
      }
      decodesOrRefuses(
          random.nextInt(8) == 0 ? Arrays.copyOf(mutated, random.nextInt(200)) : mutated);
    }
  }
}
