package io.mobula.internal.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.internal.codec.SampleClasses.Address;
import io.mobula.internal.codec.SampleClasses.Bean;
import io.mobula.internal.codec.SampleClasses.Box;
import io.mobula.internal.codec.SampleClasses.FieldlessValue;
import io.mobula.internal.codec.SampleClasses.Fruit;
import io.mobula.internal.codec.SampleClasses.Person;
import io.mobula.internal.codec.SampleClasses.TaggedNumbers;
import io.mobula.internal.codec.SampleClasses.UppercaseRecord;
import java.io.File;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.chrono.JapaneseDate;
import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Calendar;
import java.util.Collections;
import java.util.Comparator;
import java.util.Currency;
import java.util.Date;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.GregorianCalendar;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Hashtable;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Properties;
import java.util.Set;
import java.util.Stack;
import java.util.TimeZone;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.Vector;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Test that decoding an encoded value returns an equal value of the same class, for common values.
 */
class CodecRoundTripTest {
  private final Codec codec = Codec.create(CodecOptions.defaults());

  static Stream<Object> scalars() throws Exception {
    return Stream.of(
        true,
        (byte) -3,
        'x',
        (short) 300,
        42,
        Integer.MIN_VALUE,
        1L << 40,
        -1.5f,
        Math.PI,
        Double.NaN,
        "",
        "plain",
        "ümläut €",
        "😀 emoji",
        "\u0000\uffff",
        "x".repeat(100_000),
        "é".repeat(70_000),
        BigInteger.ONE.shiftLeft(200),
        BigInteger.ZERO,
        new BigDecimal("123456.789"),
        MathContext.DECIMAL64,
        UUID.fromString("00112233-4455-6677-8899-aabbccddeeff"),
        URI.create("https://example.org/a?b#c"),
        URI.create("file:///tmp/x").toURL(),
        Path.of("a", "b"),
        Path.of("/etc/hosts"),
        new File("x/y"),
        Locale.GERMANY,
        Locale.forLanguageTag("zh-Hans-CN"),
        Currency.getInstance("EUR"),
        StandardCharsets.UTF_8,
        StandardCharsets.UTF_16LE,
        Fruit.APPLE,
        Fruit.PEAR,
        TimeUnit.DAYS,
        DayOfWeek.MONDAY,
        String.class,
        int.class,
        void.class,
        int[][].class,
        Map.Entry.class,
        Bean.class,
        InetAddress.getByName("127.0.0.1"),
        InetAddress.getByName("::1"),
        InetSocketAddress.createUnresolved("nowhere.example", 80),
        new InetSocketAddress("127.0.0.1", 81),
        new Date(0),
        new java.sql.Timestamp(1_234_567),
        TimeZone.getTimeZone("Europe/Berlin"),
        new GregorianCalendar(2024, Calendar.FEBRUARY, 29));
  }

  static Stream<Object> times() {
    return Stream.of(
        Duration.ofNanos(-1),
        Instant.EPOCH,
        Instant.MAX,
        Instant.MIN,
        LocalDate.of(2024, 2, 29),
        LocalDate.MIN,
        LocalTime.MIDNIGHT,
        LocalTime.of(1, 2, 3, 4),
        LocalDateTime.of(2020, 1, 2, 3, 4, 5, 6),
        ZoneOffset.ofHours(-3),
        ZoneId.of("Europe/Paris"),
        OffsetTime.of(1, 2, 3, 4, ZoneOffset.UTC),
        OffsetDateTime.of(2020, 1, 2, 3, 4, 5, 6, ZoneOffset.MAX),
        ZonedDateTime.of(2020, 1, 2, 3, 4, 5, 6, ZoneId.of("Asia/Tokyo")),
        Year.of(-5),
        YearMonth.of(1999, 12),
        MonthDay.of(2, 29),
        Period.of(1, -2, 3),
        JapaneseDate.of(2020, 1, 1),
        java.sql.Date.valueOf("2020-01-02"));
  }

  static Stream<Object> collections() {
    Map<String, Integer> ages = Map.of("ann", 1, "bob", 2);
    List<String> words = List.of("b", "a", "c");
    return Stream.of(
        new ArrayList<>(words),
        new LinkedList<>(words),
        new HashSet<>(words),
        new LinkedHashSet<>(words),
        new TreeSet<>(words),
        new TreeSet<>(Comparator.<String>reverseOrder()),
        new Vector<>(words),
        new Stack<>(),
        new HashMap<>(ages),
        new LinkedHashMap<>(ages),
        new TreeMap<>(ages),
        new Hashtable<>(ages),
        new ConcurrentHashMap<>(ages),
        new ConcurrentSkipListMap<>(ages),
        new ConcurrentSkipListSet<>(words),
        new CopyOnWriteArrayList<>(words),
        new CopyOnWriteArraySet<>(words),
        new WeakHashMap<>(ages),
        new IdentityHashMap<>(Map.of(Fruit.APPLE, 1)),
        new EnumMap<>(Map.of(Fruit.PEAR, "p")),
        new EnumMap<>(Fruit.class),
        EnumSet.of(Fruit.PEAR),
        EnumSet.noneOf(Fruit.class),
        List.of(),
        List.of(1),
        List.of(1, 2),
        List.of(1, 2, 3),
        Set.of(),
        Set.of("x"),
        Set.of("x", "y", "z"),
        Map.of(),
        Map.of("k", "v"),
        ages,
        Stream.of("a", null).toList(),
        Stream.of(1, 2, 3).toList(),
        List.copyOf(words),
        List.of(1, 2, 3, 4).subList(1, 3),
        Arrays.asList("x", null),
        Arrays.asList(1, 2),
        Collections.emptyList(),
        Collections.emptySet(),
        Collections.emptyMap(),
        Collections.singletonList(1),
        Collections.singleton("s"),
        Collections.singletonMap("k", 1),
        Collections.nCopies(3, "n"),
        Collections.unmodifiableList(new ArrayList<>(words)),
        Collections.unmodifiableList(new LinkedList<>(words)),
        Collections.unmodifiableSet(new HashSet<>(words)),
        Collections.unmodifiableMap(new HashMap<>(ages)),
        Collections.unmodifiableSortedSet(new TreeSet<>(words)),
        Collections.unmodifiableSortedMap(new TreeMap<>(ages)),
        Collections.synchronizedList(new ArrayList<>(words)),
        Collections.synchronizedMap(new HashMap<>(ages)),
        Collections.synchronizedSet(new HashSet<>(words)),
        Collections.checkedList(new ArrayList<>(words), String.class),
        ConcurrentHashMap.newKeySet(),
        Map.entry("k", 1),
        new AbstractMap.SimpleEntry<>("k", 2),
        new Properties(),
        BitSet.valueOf(new long[] {5, 0, 7}),
        Optional.empty(),
        Optional.of("x"),
        OptionalInt.of(3),
        OptionalInt.empty(),
        OptionalLong.of(4),
        OptionalDouble.of(0.5));
  }

  static Stream<Object> ownTypes() {
    return Stream.of(
        new Person("Ann", 7, new Address("Main St", 3)),
        new Person(null, 0, null),
        new Box<>(new Box<>(List.of(1))),
        new Bean("b", 1, 2.5, List.of("x")),
        new FieldlessValue(),
        new TaggedNumbers("t", new int[] {1, 2}).tag(),
        new UppercaseRecord("loud"),
        SampleClasses.Level.LOW,
        new SampleClasses.NoNoArg(5),
        new SampleClasses.Sub(1, 2),
        new SampleClasses.MyList("extra", List.of("a", "b")),
        new SampleClasses.ExternalizableValue("e", 9),
        new SampleClasses.WriteReplaceValue("p"),
        new SampleClasses.WriteObjectValue("h", 3),
        SampleClasses.Singleton.INSTANCE,
        new SampleClasses.Primitives(),
        new SampleClasses.Outer(3).inner(4));
  }

  @ParameterizedTest
  @MethodSource({"scalars", "times", "collections", "ownTypes"})
  void comesBackEqualAndOfTheSameClass(Object value) {
    Object back = codec.decode(codec.encode(value).detached());

    assertThat(back.getClass()).isEqualTo(expectedClass(value));
    assertThat(back).isEqualTo(equivalentOf(value));
  }

  private static Class<?> expectedClass(Object value) {
    return value.getClass().getName().endsWith("SubList")
        ? List.of(1, 2).getClass()
        : value.getClass();
  }

  private static Object equivalentOf(Object value) {
    return value;
  }
}
