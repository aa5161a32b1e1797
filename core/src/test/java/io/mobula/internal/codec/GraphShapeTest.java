package io.mobula.internal.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.error.CodecException;
import io.mobula.testkit.PollingAssert;
import java.lang.ref.WeakReference;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Test of shared references, cycles, arrays, views and values without {@code equals}. */
class GraphShapeTest {
  private final Codec codec = Codec.create(CodecOptions.defaults());

  @SuppressWarnings("unchecked")
  private <T> T copy(T value) {
    return (T) codec.decode(codec.encode(value).detached());
  }

  static final class Node {
    final int id;
    Node next;
    Object other;

    Node(int id) {
      this.id = id;
    }
  }

  record Pair(Object left, Object right) {}

  static final class LockHolder {
    final Object monitor = new Object();
    final ReentrantLock lock = new ReentrantLock();
    int value = 3;
  }

  @Test
  void keepsCycles() {
    Node first = new Node(1);
    first.next = new Node(2);
    first.next.next = first;
    first.other = new Object[] {first, new ArrayList<>(List.of(first))};

    Node back = copy(first);

    assertThat(back.next.next).isSameAs(back);
    assertThat(((Object[]) back.other)[0]).isSameAs(back);
    assertThat(((List<?>) ((Object[]) back.other)[1]).getFirst()).isSameAs(back);
  }

  @Test
  void keepsSharedReferences() {
    List<Integer> shared = new ArrayList<>(List.of(1));
    int[] numbers = {1, 2};

    Pair back = copy(new Pair(new Object[] {shared, numbers}, new Object[] {shared, numbers}));

    assertThat(((Object[]) back.left)[0]).isSameAs(((Object[]) back.right)[0]);
    assertThat(((Object[]) back.left)[1]).isSameAs(((Object[]) back.right)[1]);
  }

  @Test
  void keepsACollectionThatContainsItself() {
    List<Object> list = new ArrayList<>();
    list.add(list);
    Map<String, Object> map = new TreeMap<>();
    map.put("self", map);

    assertThat(copy(list).getFirst()).isInstanceOf(List.class).isNotSameAs(list);
    Map<String, Object> back = copy(map);
    assertThat(back.get("self")).isSameAs(back);
  }

  @Test
  void refusesACycleThroughARecordWhereItIsEncoded() {
    List<Object> inner = new ArrayList<>();
    Pair pair = new Pair(inner, "x");
    inner.add(pair);

    assertThatThrownBy(() -> codec.encode(pair))
        .isInstanceOf(CodecException.class)
        .hasMessageStartingWith(
            "Cannot encode Pair.left[0] (" + Pair.class.getName() + "): it contains itself");
  }

  @Test
  void copiesArraysOfAllRanks() {
    Object[] arrays = {
      new int[][] {{1}, {}, {2, 3}},
      new String[] {"a", null},
      new Integer[] {1, null},
      new byte[3000],
      new double[0],
      new boolean[] {true, false},
      new char[] {'x'},
      new short[] {1},
      new long[] {1L << 50},
      new float[] {.5f},
      new Object[] {new Object[] {null}},
      new SampleClasses.Fruit[] {SampleClasses.Fruit.PEAR},
      new List<?>[] {List.of(1)}
    };

    Object[] back = copy(arrays);

    assertThat(Arrays.deepEquals(back, arrays)).isTrue();
    for (int i = 0; i < arrays.length; i++) {
      assertThat(back[i].getClass()).isEqualTo(arrays[i].getClass());
    }
  }

  @Test
  void viewsOfCollectionsBecomeCopies() {
    List<Integer> list = new ArrayList<>(List.of(1, 2, 3));
    Map<String, Integer> map = new HashMap<>(Map.of("a", 1));

    assertThat(copy(list.subList(1, 3)))
        .isExactlyInstanceOf(ArrayList.class)
        .isEqualTo(List.of(2, 3));
    assertThat(copy(map.keySet())).containsExactly("a");
    assertThat(copy(map.values())).containsExactly(1);
    assertThat(copy(map.entrySet().iterator().next())).isEqualTo(Map.entry("a", 1));
    assertThat(copy(list.reversed())).containsExactly(3, 2, 1);
  }

  @Test
  void copiesTheStateOfRandomBuildersAtomicsAndLocks() {
    Random random = new Random(5);
    random.nextGaussian();
    LongAdder adder = new LongAdder();
    adder.add(7);

    assertThat(copy(random).nextLong()).isEqualTo(random.nextLong());
    assertThat(copy(adder).sum()).isEqualTo(7);
    assertThat(copy(new AtomicInteger(3)).get()).isEqualTo(3);
    assertThat(copy(new AtomicReference<>(List.of(1))).get()).isEqualTo(List.of(1));
    assertThat(copy(new StringBuilder("abc")).append("d")).hasToString("abcd");
    assertThat(copy(new StringBuffer("é")).append("d")).hasToString("éd");
    assertThat(
            copy(Pattern.compile("a+", Pattern.CASE_INSENSITIVE)).matcher("AA").matches())
        .isTrue();
    LockHolder lockHolder = new LockHolder();
    lockHolder.lock.lock();
    assertThat(copy(lockHolder).lock.isLocked()).isFalse();
    assertThat(copy(lockHolder).monitor).isNotNull();
  }

  @Test
  void copiesAProxyWithItsHandler() {
    record FixedHandler(Object answer) implements InvocationHandler {
      @Override
      public Object invoke(Object proxy, java.lang.reflect.Method method, Object[] arguments) {
        return answer;
      }
    }
    CharSequence text = (CharSequence) Proxy.newProxyInstance(
        getClass().getClassLoader(), new Class<?>[] {CharSequence.class}, new FixedHandler(11));

    assertThat(copy(text).length()).isEqualTo(11);
  }

  @Test
  void keepsAPriorityQueueAndAnAccessOrderedMapWorking() {
    var queue = new java.util.PriorityQueue<>(List.of(3, 1, 2));
    var map = new java.util.LinkedHashMap<String, Integer>(16, 0.75f, true);
    map.put("a", 1);
    map.put("b", 2);

    assertThat(copy(queue).poll()).isEqualTo(1);
    var back = copy(map);
    back.get("a");
    assertThat(back.keySet()).containsExactly("b", "a");
  }

  @Test
  void doesNotSeeWhatChangesAfterEncoding() {
    List<String> list = new ArrayList<>(List.of("before"));
    double[] numbers = new double[500];
    EncodedValue encoded = codec.encode(new Pair(list, numbers)).detached();

    list.set(0, "after");
    numbers[0] = 1;

    Pair back = (Pair) codec.decode(encoded);
    assertThat(back.left).isEqualTo(List.of("before"));
    assertThat(((double[]) back.right)[0]).isZero();
  }

  @Test
  void readsFromNativeReadOnlyMemoryLargerThanItsWindow() {
    List<String> words = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      words.add(i % 3 == 0 ? "wörd" + i : "word" + i);
    }
    EncodedValue encoded = codec.encode(words);
    var shared = AlignedMemory.copyOf(java.lang.foreign.MemorySegment.ofArray(encoded.bytes()));

    assertThat(codec.decode(shared, List.of(), List.of())).isEqualTo(words);
  }

  @Test
  void honoursKryosOwnProtocol() {
    assertThat(copy(new KryoSerializableValue("x")).value).isEqualTo("x!");
  }

  static final class KryoSerializableValue implements com.esotericsoftware.kryo.KryoSerializable {
    String value;

    KryoSerializableValue() {
      value = "";
    }

    KryoSerializableValue(String value) {
      this.value = value;
    }

    @Override
    public void write(
        com.esotericsoftware.kryo.Kryo kryo, com.esotericsoftware.kryo.io.Output output) {
      output.writeString(value + "!");
    }

    @Override
    public void read(
        com.esotericsoftware.kryo.Kryo kryo, com.esotericsoftware.kryo.io.Input input) {
      value = input.readString();
    }
  }

  @Test
  void pathsKeepTheirText() {
    assertThat(copy(Path.of("")).toString()).isEmpty();
    assertThat(copy(Path.of("a/../b"))).isEqualTo(Path.of("a/../b"));
  }

  @Test
  void keepsNothingOfAValue() throws Exception {
    WeakReference<Object> gone = encodeAndForget();
    PollingAssert.untilCollected("the value is collected", () -> gone.get() == null);
    assertThat(codec.decode(codec.encode(1))).isEqualTo(1);
  }

  private WeakReference<Object> encodeAndForget() {
    Node node = new Node(1);
    node.other = List.of(node.id, new TreeMap<>(Map.of("k", new Node(2))), new int[10_000]);
    codec.decode(codec.encode(new ArrayList<>(List.of(node))));
    return new WeakReference<>(node);
  }

  @Test
  void keepsStringsOfAllKindsOfCharacters() {
    for (int length : new int[] {1, 31, 32, 33, 64, 8191, 8192, 8193, 20_000}) {
      for (String unit : new String[] {"a", "\u0000", "é", "€", "\ud83d\ude00", "\ud800"}) {
        String text = "x".repeat(length % 7) + unit.repeat(length);
        assertThat(copy(text)).isEqualTo(text);
      }
    }
  }
}
