package io.mobula.internal.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.error.CodecException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.function.ToIntFunction;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Test of sorted collections and their comparators; many of the JDK's comparators are lambdas. */
class ComparatorTest {
  private static final List<String> WORDS = List.of("pear", "fig", "Apple", "kiwi", "date", "plum");
  private final Codec codec = Codec.create(CodecOptions.defaults());

  interface Key<T> extends Function<String, T>, Serializable {}

  private static Map<String, Comparator<String>> comparators() {
    Key<Integer> length = String::length;
    var all = new LinkedHashMap<String, Comparator<String>>();
    all.put("comparing", Comparator.comparing(length));
    all.put("comparing with", Comparator.comparing(length, Comparator.reverseOrder()));
    all.put("int", Comparator.comparingInt((ToIntFunction<String> & Serializable) String::length));
    all.put(
        "long", Comparator.comparingLong((ToLongFunction<String> & Serializable) String::length));
    all.put("double", Comparator.comparingDouble((ToDoubleFunction<String> & Serializable)
        String::length));
    all.put("natural", Comparator.naturalOrder());
    all.put("reverse", Comparator.reverseOrder());
    all.put("reverseOrder of collections", Collections.reverseOrder());
    all.put("reverseOrder of another", Collections.reverseOrder(Comparator.comparing(length)));
    all.put("reversed", Comparator.comparing(length).reversed());
    all.put("thenComparing", Comparator.comparing(length).thenComparing(Comparator.naturalOrder()));
    all.put(
        "thenComparing a key", Comparator.comparing(length).thenComparing((Key<String>) s -> s));
    all.put("thenComparingInt", Comparator.comparing(length).thenComparingInt((ToIntFunction<String>
            & Serializable)
        s -> s.charAt(0)));
    all.put("nullsFirst", Comparator.nullsFirst(Comparator.comparing(length)));
    all.put("nullsLast", Comparator.nullsLast(Comparator.<String>naturalOrder()).reversed());
    all.put("case", String.CASE_INSENSITIVE_ORDER);
    all.put("case reversed", String.CASE_INSENSITIVE_ORDER.reversed());
    return all;
  }

  private static List<Collection<String>> sorted(Comparator<String> by) {
    var tree = new TreeMap<String, Integer>(by);
    WORDS.forEach(word -> tree.put(word, word.length()));
    var set = new TreeSet<>(by);
    set.addAll(WORDS);
    var queue = new PriorityQueue<>(by);
    queue.addAll(WORDS);
    var blocking = new PriorityBlockingQueue<>(4, by);
    blocking.addAll(WORDS);
    var skipping = new ConcurrentSkipListMap<String, Integer>(by);
    skipping.putAll(tree);
    var skippingSet = new ConcurrentSkipListSet<>(by);
    skippingSet.addAll(WORDS);
    return List.of(set, queue, blocking, skippingSet, tree.navigableKeySet(), skipping.keySet());
  }

  @SuppressWarnings("unchecked")
  private <T> T copy(T value) {
    return (T) codec.decode(codec.encode(value));
  }

  private static <T> List<T> inOrder(Collection<T> from, Comparator<T> by) {
    var list = new ArrayList<>(from);
    list.sort(by);
    return list;
  }

  @TestFactory
  Stream<DynamicTest> sortsAsBefore() {
    return comparators().entrySet().stream()
        .map(each -> DynamicTest.dynamicTest(each.getKey(), () -> {
          var by = each.getValue();
          assertThat(inOrder(WORDS, copy(by))).isEqualTo(inOrder(WORDS, by));
          for (var collection : sorted(by)) {
            var back = copy(collection);
            assertThat(inOrder(back, by)).isEqualTo(inOrder(collection, by));
          }
        }));
  }

  @TestFactory
  Stream<DynamicTest> staysSortedByTheSame() {
    return comparators().entrySet().stream()
        .map(each -> DynamicTest.dynamicTest(each.getKey(), () -> {
          var map = new TreeMap<String, Integer>(each.getValue());
          WORDS.forEach(word -> map.put(word, word.length()));
          SortedMap<String, Integer> back = copy(map);
          map.put("blackberry", 1);
          back.put("blackberry", 1);
          assertThat(List.copyOf(back.entrySet())).isEqualTo(List.copyOf(map.entrySet()));
          SortedSet<String> set = new TreeSet<>(each.getValue());
          set.addAll(WORDS);
          SortedSet<String> backSet = copy(set);
          set.add("x");
          backSet.add("x");
          assertThat(List.copyOf(backSet)).isEqualTo(List.copyOf(set));
          assertThat(copy(map.descendingMap()).firstEntry())
              .isEqualTo(map.descendingMap().firstEntry());
          assertThat(copy(Collections.synchronizedSortedMap(map))).isEqualTo(map);
          assertThat(copy(Collections.unmodifiableSortedMap(map))).isEqualTo(map);
        }));
  }

  @Test
  void comparesEntries() {
    var entries = List.of(Map.entry("b", 1), Map.entry("a", 3), Map.entry("c", 2));
    for (var by : List.<Comparator<Map.Entry<String, Integer>>>of(
        Map.Entry.comparingByKey(),
        Map.Entry.comparingByValue(),
        Map.Entry.comparingByKey(Comparator.reverseOrder()),
        Map.Entry.comparingByValue(Comparator.reverseOrder()),
        Map.Entry.<String, Integer>comparingByKey().reversed())) {
      assertThat(inOrder(entries, copy(by))).isEqualTo(inOrder(entries, by));
    }
  }

  /** Sorts by a key extracted by a plain lambda, which cannot be disassembled. */
  @Test
  void saysWhichFunctionCannotTravel() {
    var map = new TreeMap<String, Integer>(Comparator.comparing(word -> word.length()));
    map.put("fig", 3);
    assertThatThrownBy(() -> codec.encode(map))
        .isInstanceOf(CodecException.class)
        .hasMessageContaining("captured[0]")
        .hasMessageContaining("Serializable");
  }

  @Test
  void functionsOfTheJdk() {
    assertThat(copy((Serializable & IntFunction<String>) Integer::toString).apply(7))
        .isEqualTo("7");
    assertThat(copy((Serializable & BinaryOperator<Integer>) Integer::sum).apply(1, 2))
        .isEqualTo(3);
    assertThat(copy((Serializable & Predicate<String>) String::isEmpty).test(""))
        .isTrue();
  }
}
