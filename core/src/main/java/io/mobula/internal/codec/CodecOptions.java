package io.mobula.internal.codec;

import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;

/**
 * Configuration of a codec: where classes are found, which classes may be read, and which values
 * travel beside the bytes.
 *
 * <p>Two codecs understand each other when their {@code externalTypes} and {@code bufferTypes} are
 * equal.
 *
 * @param classLoader finds the classes named in the bytes
 * @param usesContextLoader whether the decoding thread's context class loader is asked for classes
 *     that {@code classLoader} does not find
 * @param externalTypes values of these types are not encoded but handed to the caller, see
 *     {@link EncodedValue#externals()}
 * @param bufferTypes classes whose content travels out of band, besides {@code MemorySegment} and
 *     {@code ByteBuffer}
 * @param maxDepth maximum nesting depth of a graph, in objects
 * @param bufferThreshold size in bytes from which content travels out of band; smaller content is
 *     part of the bytes
 * @param allowedClasses decides by binary name which classes may be encoded and decoded beyond the
 *     well-known ones of the JDK (boxed types, strings, common collections, arrays and so on); an
 *     array is decided by its element class
 */
public record CodecOptions(
    ClassLoader classLoader,
    boolean usesContextLoader,
    List<Class<?>> externalTypes,
    List<BufferType<?>> bufferTypes,
    int maxDepth,
    int bufferThreshold,
    Predicate<String> allowedClasses) {
  /**
   * Default of {@code maxDepth}: enough for structures nested by hand, and about a third of what
   * the JVM's default stack of 1 MiB holds. Values encoded by serialization hooks count twice.
   */
  public static final int DEFAULT_MAX_DEPTH = 500;

  /**
   * Default of {@code bufferThreshold}: from 1 KiB on, wrapping memory costs less than copying it
   * twice.
   */
  public static final int DEFAULT_BUFFER_THRESHOLD = 1024;

  /** Rejects null components, a depth below 1 and a negative threshold. */
  public CodecOptions {
    Objects.requireNonNull(classLoader, "classLoader");
    Objects.requireNonNull(allowedClasses, "allowedClasses");
    externalTypes = List.copyOf(externalTypes);
    bufferTypes = List.copyOf(bufferTypes);
    if (maxDepth < 1) {
      throw new IllegalArgumentException("maxDepth must be at least 1, was " + maxDepth);
    }
    if (bufferThreshold < 0) {
      throw new IllegalArgumentException(
          "bufferThreshold must not be negative, was " + bufferThreshold);
    }
  }

  /**
   * Returns the defaults: Mobula's own class loader with the context class loader behind it, no
   * external types, every class allowed.
   */
  public static CodecOptions defaults() {
    ClassLoader own = Objects.requireNonNullElseGet(
        Codec.class.getClassLoader(), ClassLoader::getSystemClassLoader);
    return new CodecOptions(
        own, true, List.of(), List.of(), DEFAULT_MAX_DEPTH, DEFAULT_BUFFER_THRESHOLD, name -> true);
  }

  /** Returns options with another class loader, and without the context class loader. */
  public CodecOptions withClassLoader(ClassLoader loader) {
    return new CodecOptions(
        loader, false, externalTypes, bufferTypes, maxDepth, bufferThreshold, allowedClasses);
  }

  /** Returns options with these external types. */
  public CodecOptions withExternalTypes(Class<?>... types) {
    return new CodecOptions(
        classLoader,
        usesContextLoader,
        List.of(types),
        bufferTypes,
        maxDepth,
        bufferThreshold,
        allowedClasses);
  }

  /** Returns options with these types whose content travels out of band. */
  public CodecOptions withBufferTypes(BufferType<?>... types) {
    return new CodecOptions(
        classLoader,
        usesContextLoader,
        externalTypes,
        List.of(types),
        maxDepth,
        bufferThreshold,
        allowedClasses);
  }

  /** Returns options with another maximum nesting depth. */
  public CodecOptions withMaxDepth(int depth) {
    return new CodecOptions(
        classLoader,
        usesContextLoader,
        externalTypes,
        bufferTypes,
        depth,
        bufferThreshold,
        allowedClasses);
  }

  /** Returns options with another size from which content travels out of band. */
  public CodecOptions withBufferThreshold(int bytes) {
    return new CodecOptions(
        classLoader,
        usesContextLoader,
        externalTypes,
        bufferTypes,
        maxDepth,
        bytes,
        allowedClasses);
  }

  /**
   * Returns options under which only classes whose binary name the predicate accepts are encoded
   * and decoded.
   */
  public CodecOptions withAllowedClasses(Predicate<String> allowed) {
    return new CodecOptions(
        classLoader,
        usesContextLoader,
        externalTypes,
        bufferTypes,
        maxDepth,
        bufferThreshold,
        allowed);
  }
}
