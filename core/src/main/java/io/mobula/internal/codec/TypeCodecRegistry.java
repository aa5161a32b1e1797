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
 * Registry that chooses the type codec of each class, once per class and codec.
 *
 * <p>The order of the choice: families with a number of their own ({@link #familyOf}); the
 * serializer that the class requests from Kryo; enums, arrays and records; classes that are always
 * rejected ({@link ErrorHints}); Java's serialization hooks, if the class has some or if its fields
 * cannot be accessed ({@link JavaSerializationCodec}); else the fields of the class
 * ({@link FieldsCodec}).
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

  /** Registers the well-known classes under their numbers. */
  void registerClasses(GraphCodec graph) {
    int number = FIRST_NUMBER;
    for (RegisteredClass entry : registered) {
      Serializer<?> serializer =
          entry.codec() == null ? graph.getDefaultSerializer(entry.type()) : entry.codec();
      graph.register(entry.type(), serializer, number++);
    }
  }

  /**
   * Returns the class under whose number all classes of this class's family are written, or null if
   * it belongs to no such family.
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
   * Returns the class as which a view of a JDK collection is copied: a sub-list travels as a list,
   * a key set as a set.
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

  /** Returns the serializer of a class that has no number. */
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

  /** Throws if the class is not on the allow-list. */
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
   * Loads the class of this binary name by the options' class loader, without initializing it;
   * returns null if it is not found.
   */
  @Nullable
  Class<?> load(String name) {
    return tryLoad(name, options.classLoader());
  }

  /**
   * Loads the class of this binary name by the thread's context class loader, if the options allow
   * that.
   */
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
