package io.mobula.internal.codec;

import java.lang.invoke.SerializedLambda;
import java.lang.reflect.Proxy;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A class that is written as a number instead of a name.
 *
 * @param type the class
 * @param codec its codec, or null for Kryo's own serializer
 * @param includesSubclasses whether the codec also handles subclasses
 */
record RegisteredClass(Class<?> type, @Nullable TypeCodec<?> codec, boolean includesSubclasses) {
  /**
   * Returns all registered classes. Their order determines their numbers: add new ones at the end.
   */
  static List<RegisteredClass> table(CodecOptions options) {
    List<RegisteredClass> table = new ArrayList<>();
    addStructures(table);
    addArrays(table);
    addCollections(table);
    addTimes(table);
    ScalarCodecs.addTo(table);
    table.add(
        new RegisteredClass(java.lang.foreign.MemorySegment.class, BufferCodec.ofSegments(), true));
    table.add(new RegisteredClass(java.nio.ByteBuffer.class, BufferCodec.ofByteBuffers(), true));
    for (BufferType<?> type : options.bufferTypes()) {
      table.add(new RegisteredClass(type.type(), new BufferCodec<>(type), true));
    }
    return List.copyOf(table);
  }

  private static void addStructures(List<RegisteredClass> table) {
    table.add(exact(Object.class, new PlainObjectCodec()));
    table.add(exact(Class.class, new ClassCodec()));
    table.add(exact(ExternalValueCodec.class, new ExternalValueCodec()));
    table.add(exact(SerializedLambda.class, new LambdaCodec()));
    table.add(exact(Proxy.class, new ProxyCodec()));
    table.add(exact(Map.Entry.class, new MapEntryCodec()));
    table.add(exact(Optional.class, new OptionalCodec()));
  }

  private static void addArrays(List<RegisteredClass> table) {
    table.add(exact(Object[].class, new ObjectArrayCodec(Object[].class)));
    table.add(exact(String[].class, new ObjectArrayCodec(String[].class)));
    PrimitiveArrayCodec.addTo(table);
  }

  @SuppressWarnings("JdkObsolete") // user code has such collections
  private static void addCollections(List<RegisteredClass> table) {
    table.add(exact(ArrayList.class, new CollectionCodec<>(ArrayList::new)));
    table.add(exact(LinkedList.class, new CollectionCodec<>(size -> new LinkedList<>())));
    table.add(exact(ArrayDeque.class, new CollectionCodec<>(ArrayDeque::new)));
    table.add(exact(HashSet.class, new CollectionCodec<>(HashSet::newHashSet)));
    table.add(exact(LinkedHashSet.class, new CollectionCodec<>(LinkedHashSet::newLinkedHashSet)));
    table.add(exact(HashMap.class, new MapCodec<>(HashMap::newHashMap)));
    table.add(exact(ConcurrentHashMap.class, new MapCodec<>(ConcurrentHashMap::new)));
    table.add(exact(WeakHashMap.class, new MapCodec<>(WeakHashMap::newWeakHashMap)));
    ImmutableCollectionCodecs.addTo(table);
  }

  private static void addTimes(List<RegisteredClass> table) {
    List<Class<?>> types = List.of(
        BigInteger.class,
        BigDecimal.class,
        Date.class,
        java.time.Duration.class,
        java.time.Instant.class,
        java.time.LocalDate.class,
        java.time.LocalTime.class,
        java.time.LocalDateTime.class,
        java.time.ZoneOffset.class,
        java.time.OffsetTime.class,
        java.time.OffsetDateTime.class,
        java.time.ZonedDateTime.class,
        java.time.Year.class,
        java.time.YearMonth.class,
        java.time.MonthDay.class,
        java.time.Period.class,
        StringBuilder.class,
        StringBuffer.class);
    types.forEach(type -> table.add(exact(type, null)));
  }

  static RegisteredClass exact(Class<?> type, @Nullable TypeCodec<?> codec) {
    return new RegisteredClass(type, codec, false);
  }
}
