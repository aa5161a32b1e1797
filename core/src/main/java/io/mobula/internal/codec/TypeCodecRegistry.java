package io.mobula.internal.codec;

import com.esotericsoftware.kryo.DefaultSerializer;
import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoSerializable;
import com.esotericsoftware.kryo.Serializer;
import java.io.Serializable;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The choice of how each class is written, made once per class and codec.
 *
 * <p>In this order: families with a number of their own ({@link #familyOf}); what the class asks
 * Kryo for; enums, arrays and records; what is refused whatever it says of itself
 * ({@link ErrorHints}); Java's serialization hooks, where the class has some or where its fields
 * cannot be reached ({@link JavaSerializationCodec}); and else its fields ({@link FieldsCodec}).
 */
final class TypeCodecRegistry {
  private static final int FIRST_NUMBER = 16;

  private final CodecOptions options;
  private final List<RegisteredClass> registered;
  private final ClassValue<TypeCodec<?>> codecs = new ClassValue<>() {
    @Override
    protected TypeCodec<?> computeValue(Class<?> type) {
      return choose(type);
    }
  };

  TypeCodecRegistry(CodecOptions options) {
    this.options = options;
    this.registered = RegisteredClass.table(options);
  }

  /** Gives the well-known classes their numbers. */
  void registerClasses(GraphCodec graph) {
    int number = FIRST_NUMBER;
    for (RegisteredClass entry : registered) {
      Serializer<?> serializer =
          entry.codec() == null ? graph.getDefaultSerializer(entry.type()) : entry.codec();
      graph.register(entry.type(), serializer, number++);
    }
  }

  /**
   * The class under whose number all classes of this one's family are written, or null if it has no
   * such family.
   */
  @Nullable
  Class<?> familyOf(Class<?> type) {
    if (LambdaSerialization.isLambda(type)) {
      return java.lang.invoke.SerializedLambda.class;
    }
    for (Class<?> external : options.externalTypes()) {
      if (external.isAssignableFrom(type)) {
        return ExternalValueCodec.class;
      }
    }
    for (RegisteredClass entry : registered) {
      if (entry.includesSubclasses() && entry.type().isAssignableFrom(type)) {
        return entry.type();
      }
    }
    if (type.isEnum() || type.isArray()) {
      return null;
    }
    return Enum.class.isAssignableFrom(type) ? type.getSuperclass() : structuralMarker(type);
  }

  private static @Nullable Class<?> structuralMarker(Class<?> type) {
    if (Proxy.isProxyClass(type)) {
      return Proxy.class;
    }
    Class<?> immutable = ImmutableCollectionCodecs.markerOf(type);
    return immutable != null ? immutable : viewMarker(type);
  }

  /**
   * Views that the JDK's collections give out travel as copies: a sub-list as a list, a key set as
   * a set.
   */
  private static @Nullable Class<?> viewMarker(Class<?> type) {
    boolean hidden =
        type.getModule() == Object.class.getModule() && !Modifier.isPublic(type.getModifiers());
    if (!hidden || Serializable.class.isAssignableFrom(type)) {
      return null;
    }
    if (Set.class.isAssignableFrom(type)) {
      return java.util.LinkedHashSet.class;
    }
    if (Collection.class.isAssignableFrom(type)) {
      return ArrayList.class;
    }
    if (Map.Entry.class.isAssignableFrom(type)) {
      return Map.Entry.class;
    }
    return Map.class.isAssignableFrom(type) ? java.util.HashMap.class : null;
  }

  /** The serializer of a class that has no number. */
  Serializer<?> of(Class<?> type, Kryo kryo) {
    if (KryoSerializable.class.isAssignableFrom(type)
        || type.isAnnotationPresent(DefaultSerializer.class)) {
      requireAllowed(type);
      return kryo.getDefaultSerializer(type);
    }
    return codecs.get(type);
  }

  private TypeCodec<?> choose(Class<?> type) {
    requireAllowed(type);
    if (type.isEnum()) {
      return new EnumCodec<>(type.asSubclass(Enum.class));
    }
    if (type.isArray()) {
      return new ObjectArrayCodec(type);
    }
    if (type.isRecord()) {
      return RecordCodec.of(type);
    }
    String against = type.isHidden() ? ErrorHints.LAMBDA : ErrorHints.reasonToRefuse(type);
    if (against != null) {
      throw GraphException.of(type, against);
    }
    if (Modifier.isAbstract(type.getModifiers())) {
      throw GraphException.of(type, "an abstract class or interface has no instances");
    }
    Class<?> closed = FieldsCodec.closedPart(type);
    if (Serializable.class.isAssignableFrom(type)) {
      SerializationDescriptor shape = SerializationDescriptor.of(type);
      return shape.hasHooks() || closed != null
          ? new JavaSerializationCodec<>(shape)
          : FieldsCodec.of(type);
    }
    if (closed != null) {
      throw GraphException.of(type, ErrorHints.reasonUnreachable(type, closed));
    }
    return FieldsCodec.of(type);
  }

  /** Refuses a class that is not on the allow-list. */
  void requireAllowed(Class<?> type) {
    Class<?> element = type;
    while (element.isArray()) {
      element = element.getComponentType();
    }
    if (!element.isPrimitive()
        && !isKnown(element)
        && !options.allowedClasses().test(element.getName())) {
      throw GraphException.of(
          type,
          "its class is not on the allow-list. Add " + element.getName()
              + " to the allowed classes");
    }
  }

  private boolean isKnown(Class<?> type) {
    return type == Object.class
        || type == String.class
        || Number.class == type
        || registered.stream().anyMatch(entry -> entry.type() == type)
        || com.esotericsoftware.kryo.util.Util.isWrapperClass(type);
  }

  /**
   * The class of this binary name by the options' own loader, not initialised; null if it knows
   * none.
   */
  @Nullable
  Class<?> load(String name) {
    return tryLoad(name, options.classLoader());
  }

  /** The class of this binary name by the thread's loader, where the options allow that. */
  Class<?> loadByContext(String name) {
    ClassLoader context =
        options.usesContextLoader() ? Thread.currentThread().getContextClassLoader() : null;
    Class<?> found = context == null ? null : tryLoad(name, context);
    if (found == null) {
      throw GraphException.withReason(
          "class " + name + " is not found here. Put its jar on this node's class path");
    }
    return found;
  }

  private @Nullable Class<?> tryLoad(String name, ClassLoader loader) {
    try {
      Class<?> found = Class.forName(name, false, loader);
      requireAllowed(found);
      return found;
    } catch (ClassNotFoundException absent) {
      return null;
    } catch (LinkageError broken) {
      throw GraphException.withReason(
          "class " + name + " cannot be linked here: " + broken, broken);
    }
  }
}
