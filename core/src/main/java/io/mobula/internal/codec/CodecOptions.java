package io.mobula.internal.codec;

import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;

/**
 * What a codec is told once: where classes are found, what may be read, and what travels beside the
 * bytes.
 *
 * <p>Two codecs understand each other when their {@code externalTypes} and {@code bufferTypes}
 * agree.
 *
 * @param classLoader finds the classes named in the bytes
 * @param usesContextLoader whether the decoding thread's context loader is asked when
 *     {@code classLoader} does not find one
 * @param externalTypes values of these types are not written but handed to the caller, see
 *     {@link EncodedValue#externals()}
 * @param bufferTypes classes whose content travels out of band, besides {@code MemorySegment} and
 *     {@code ByteBuffer}
 * @param maxDepth how deep a graph may be nested, in objects
 * @param bufferThreshold from how many bytes content travels out of band; below it is part of the
 *     bytes
 * @param allowedClasses tells by binary name which classes may be written and read beyond the
 *     well-known ones of the JDK (boxed types, strings, common collections, arrays and so on);
 *     arrays ask for their element class
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
   * Deep enough for what people nest by hand, and about a third of what the JVM's usual stack of 1
   * MiB holds. Values that are written by serialization hooks count twice.
   */
  public static final int DEFAULT_MAX_DEPTH = 500;

  /** From 1 KiB on, wrapping memory costs less than copying it twice. */
  public static final int DEFAULT_BUFFER_THRESHOLD = 1024;

  /** Refuses nulls, a depth below 1 and a negative threshold. */
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
   * The class loader of Mobula itself with the context loader behind it, no external types, every
   * class allowed.
   */
  public static CodecOptions defaults() {
    ClassLoader own = Objects.requireNonNullElseGet(
        Codec.class.getClassLoader(), ClassLoader::getSystemClassLoader);
    return new CodecOptions(
        own, true, List.of(), List.of(), DEFAULT_MAX_DEPTH, DEFAULT_BUFFER_THRESHOLD, name -> true);
  }

  /** The same with another class loader and nothing behind it. */
  public CodecOptions withClassLoader(ClassLoader loader) {
    return new CodecOptions(
        loader, false, externalTypes, bufferTypes, maxDepth, bufferThreshold, allowedClasses);
  }

  /** The same with these external types. */
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

  /** The same with these types whose content travels out of band. */
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

  /** The same with another bound on nesting. */
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

  /** The same with another size from which content travels out of band. */
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

  /** The same, but only classes whose binary name the predicate accepts are written and read. */
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
