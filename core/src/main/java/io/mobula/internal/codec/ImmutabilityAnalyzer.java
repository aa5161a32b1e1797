package io.mobula.internal.codec;

import java.io.Serializable;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.temporal.TemporalAccessor;
import java.time.temporal.TemporalAmount;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Analyzer that decides which values can never change, so that passing them needs no copy.
 *
 * <p>The answer is false when in doubt. Results that depend on the class alone are cached with the
 * class. Records and small immutable collections are inspected, to a bounded depth and width.
 */
final class ImmutabilityAnalyzer {
  private static final int MAX_DEPTH = 8;
  private static final int MAX_ELEMENTS = 16;
  private static final Set<Class<?>> VALUES = Set.of(
      Boolean.class,
      Byte.class,
      Character.class,
      Short.class,
      Integer.class,
      Long.class,
      Float.class,
      Double.class,
      String.class,
      Class.class,
      UUID.class,
      BigInteger.class,
      BigDecimal.class,
      Locale.class,
      java.util.Currency.class,
      java.net.URI.class,
      java.util.regex.Pattern.class,
      java.util.OptionalInt.class,
      java.util.OptionalLong.class,
      java.util.OptionalDouble.class);
  private static final Class<?> LIST_OF = List.of().getClass();
  private static final Class<?> LIST_OF_FEW = List.of(1).getClass();

  private final ClassValue<TypeMutability> mutabilities = new ClassValue<>() {
    @Override
    protected TypeMutability computeValue(Class<?> type) {
      return shapeOf(type);
    }
  };

  private enum Kind {
    IMMUTABLE,
    MUTABLE,
    RECORD,
    LIST,
    OPTIONAL,
    LAMBDA
  }

  private record TypeMutability(Kind kind, List<FieldAccessor> undecidedComponents) {
    static TypeMutability of(Kind kind) {
      return new TypeMutability(kind, List.of());
    }
  }

  boolean isImmutable(@Nullable Object value) {
    return isImmutable(value, 0);
  }

  private boolean isImmutable(@Nullable Object value, int depth) {
    if (value == null) {
      return true;
    }
    TypeMutability mutability = mutabilities.get(value.getClass());
    return switch (mutability.kind) {
      case IMMUTABLE -> true;
      case MUTABLE -> false;
      case RECORD -> depth < MAX_DEPTH && recordHolds(value, mutability, depth);
      case LIST -> depth < MAX_DEPTH && listHolds((List<?>) value, depth);
      case OPTIONAL ->
        depth < MAX_DEPTH && isImmutable(((Optional<?>) value).orElse(null), depth + 1);
      case LAMBDA -> LambdaSerialization.capturedCount((Serializable) value) == 0;
    };
  }

  private boolean recordHolds(Object value, TypeMutability mutability, int depth) {
    for (FieldAccessor component : mutability.undecidedComponents) {
      if (!isImmutable(component.get(value), depth + 1)) {
        return false;
      }
    }
    return true;
  }

  private boolean listHolds(List<?> list, int depth) {
    if (list.size() > MAX_ELEMENTS) {
      return false;
    }
    for (Object element : list) {
      if (!isImmutable(element, depth + 1)) {
        return false;
      }
    }
    return true;
  }

  private TypeMutability shapeOf(Class<?> type) {
    if (VALUES.contains(type) || Enum.class.isAssignableFrom(type) || isTime(type)) {
      return TypeMutability.of(Kind.IMMUTABLE);
    }
    if (type == LIST_OF || type == LIST_OF_FEW) {
      return TypeMutability.of(Kind.LIST);
    }
    if (type == Optional.class) {
      return TypeMutability.of(Kind.OPTIONAL);
    }
    if (LambdaSerialization.isLambda(type)) {
      return TypeMutability.of(Kind.LAMBDA);
    }
    return type.isRecord() ? recordShape(type) : TypeMutability.of(Kind.MUTABLE);
  }

  private static boolean isTime(Class<?> type) {
    return type.getPackageName().equals("java.time")
        && (TemporalAccessor.class.isAssignableFrom(type)
            || TemporalAmount.class.isAssignableFrom(type)
            || java.time.ZoneId.class.isAssignableFrom(type));
  }

  /**
   * Finds the components whose declared type does not prove immutability; final classes of
   * immutable values do. A record with {@code writeReplace} counts as mutable: that method is user
   * code and must run in the thread that passes the record, not in the thread that sends it.
   */
  private static TypeMutability recordShape(Class<?> type) {
    if (Serializable.class.isAssignableFrom(type) && JdkSerialization.writeReplace(type) != null) {
      return TypeMutability.of(Kind.MUTABLE);
    }
    try {
      List<FieldAccessor> open = new java.util.ArrayList<>();
      for (RecordComponent component : type.getRecordComponents()) {
        Class<?> declared = component.getType();
        boolean settled = declared.isPrimitive() || declared.isEnum() || isFinalValue(declared);
        if (!settled) {
          open.add(new FieldAccessor(type.getDeclaredField(component.getName())));
        }
      }
      return open.isEmpty()
          ? TypeMutability.of(Kind.IMMUTABLE)
          : new TypeMutability(Kind.RECORD, List.copyOf(open));
    } catch (NoSuchFieldException | RuntimeException unreachable) {
      return TypeMutability.of(Kind.MUTABLE);
    }
  }

  private static boolean isFinalValue(Class<?> type) {
    return VALUES.contains(type) && java.lang.reflect.Modifier.isFinal(type.getModifiers());
  }
}
