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
 * A class that is written as a number.
 *
 * @param type the class
 * @param form how it is written, or null for Kryo's own way
 * @param family whether subclasses are written in the same way
 */
record Known(Class<?> type, @Nullable Form<?> form, boolean family) {
  /** All of them. Their order gives their numbers: add new ones at the end. */
  static List<Known> table(CodecOptions options) {
    List<Known> table = new ArrayList<>();
    addStructures(table);
    addArrays(table);
    addCollections(table);
    addTimes(table);
    ValueForms.addTo(table);
    table.add(new Known(java.lang.foreign.MemorySegment.class, BufferForm.ofSegments(), true));
    table.add(new Known(java.nio.ByteBuffer.class, BufferForm.ofByteBuffers(), true));
    for (BufferType<?> type : options.bufferTypes()) {
      table.add(new Known(type.type(), new BufferForm<>(type), true));
    }
    return List.copyOf(table);
  }

  private static void addStructures(List<Known> table) {
    table.add(exact(Object.class, new PlainObjectForm()));
    table.add(exact(Class.class, new ClassForm()));
    table.add(exact(ExternalForm.class, new ExternalForm()));
    table.add(exact(SerializedLambda.class, new ClosureForm()));
    table.add(exact(Proxy.class, new ProxyForm()));
    table.add(exact(Map.Entry.class, new EntryForm()));
    table.add(exact(Optional.class, new OptionalForm()));
  }

  private static void addArrays(List<Known> table) {
    table.add(exact(Object[].class, new ObjectArrayForm(Object[].class)));
    table.add(exact(String[].class, new ObjectArrayForm(String[].class)));
    PrimitiveArrayForm.addTo(table);
  }

  @SuppressWarnings("JdkObsolete") // users have them
  private static void addCollections(List<Known> table) {
    table.add(exact(ArrayList.class, new CollectionForm<>(ArrayList::new)));
    table.add(exact(LinkedList.class, new CollectionForm<>(size -> new LinkedList<>())));
    table.add(exact(ArrayDeque.class, new CollectionForm<>(ArrayDeque::new)));
    table.add(exact(HashSet.class, new CollectionForm<>(HashSet::newHashSet)));
    table.add(exact(LinkedHashSet.class, new CollectionForm<>(LinkedHashSet::newLinkedHashSet)));
    table.add(exact(HashMap.class, new MapForm<>(HashMap::newHashMap)));
    table.add(exact(ConcurrentHashMap.class, new MapForm<>(ConcurrentHashMap::new)));
    table.add(exact(WeakHashMap.class, new MapForm<>(WeakHashMap::newWeakHashMap)));
    ImmutableForms.addTo(table);
  }

  private static void addTimes(List<Known> table) {
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

  static Known exact(Class<?> type, @Nullable Form<?> form) {
    return new Known(type, form, false);
  }
}
