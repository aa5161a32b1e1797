package io.mobula.internal.codec;

import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.SerializedLambda;
import java.lang.reflect.Method;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Lambdas and method references taken apart and put together, by the protocol that {@code javac}
 * compiles into Serializable ones: {@code writeReplace} gives a {@link SerializedLambda},
 * {@code $deserializeLambda$} of the capturing class takes it.
 *
 * <p>Everything that depends on the class alone is cached with the class.
 */
final class LambdaSerialization {
  private static final ClassValue<FunctionSignature> SHAPES = new ClassValue<>() {
    @Override
    protected FunctionSignature computeValue(Class<?> type) {
      return new FunctionSignature(type.getName(), "", List.of(), 0);
    }
  };
  private static final ClassValue<LambdaClass> LAMBDAS = new ClassValue<>() {
    @Override
    protected LambdaClass computeValue(Class<?> type) {
      return new LambdaClass(type);
    }
  };
  private static final ClassValue<CapturingClass> CAPTURERS = new ClassValue<>() {
    @Override
    protected CapturingClass computeValue(Class<?> type) {
      return new CapturingClass(type);
    }
  };

  private LambdaSerialization() {}

  /** Whether the class was spun for a lambda or method reference that can be serialized. */
  static boolean isLambda(Class<?> type) {
    return type.isHidden() && type.isSynthetic() && Serializable.class.isAssignableFrom(type);
  }

  /** The function's shape; under 100 ns once its class was seen. */
  static FunctionSignature signatureOf(Serializable function) {
    Class<?> type = function.getClass();
    return isLambda(type) ? LAMBDAS.get(type).signature(function) : SHAPES.get(type);
  }

  /** How many values it captured, without calling it; zero means that it is free of state. */
  static int capturedCount(Serializable lambda) {
    return LAMBDAS.get(lambda.getClass()).signature(lambda).capturedCount();
  }

  /** Takes a lambda apart. */
  static SerializedLambda toSerializedLambda(Object lambda) {
    return LAMBDAS.get(lambda.getClass()).toSerializedLambda(lambda);
  }

  /**
   * A hash of the class file of the class that a lambda was written in; 0 where there is none to be
   * found.
   */
  static long hashOf(Class<?> capturing) {
    return CAPTURERS.get(capturing).hash;
  }

  /**
   * Puts a lambda together. Where the capturing class uses one method as functions of several types
   * but for generics, what {@code javac} compiles gives the first of them for all, which then fails
   * on an argument of another type; that is seen, and the right one is made.
   */
  static Object fromSerializedLambda(Class<?> capturing, SerializedLambda parts) {
    var closed = CAPTURERS.get(capturing).deserialize(parts);
    return !isLambda(closed.getClass())
            || LAMBDAS.get(closed.getClass()).isOfType(closed, parts.getInstantiatedMethodType())
        ? closed
        : RetypedLambdaFactory.make(capturing, parts);
  }

  /** The class that a lambda was written in. */
  static Class<?> capturingClass(Class<?> lambda, SerializedLambda parts) {
    try {
      return Class.forName(
          parts.getCapturingClass().replace('/', '.'), false, lambda.getClassLoader());
    } catch (ClassNotFoundException absent) {
      throw GraphException.of(
          lambda, "the class it was written in is gone: " + absent.getMessage(), absent);
    }
  }

  /** What is known of one hidden lambda class. */
  private static final class LambdaClass {
    private final MethodHandle writeReplace;
    private volatile @Nullable FunctionSignature signature;
    private volatile @Nullable String instantiatedType;

    LambdaClass(Class<?> type) {
      MethodHandle found = JdkSerialization.writeReplace(type); // of the JDK's own lambdas, too
      if (found == null) {
        throw GraphException.of(type, "a lambda whose parts cannot be reached");
      }
      writeReplace = found;
    }

    SerializedLambda toSerializedLambda(Object lambda) {
      try {
        return (SerializedLambda) (Object) writeReplace.invokeExact(lambda);
      } catch (Throwable thrown) {
        throw GraphException.from(thrown).inClass(lambda.getClass());
      }
    }

    /** All lambdas of one class are of one type. */
    boolean isOfType(Object lambda, String wanted) {
      var known = instantiatedType;
      if (known == null) {
        known = toSerializedLambda(lambda).getInstantiatedMethodType();
        instantiatedType = known;
      }
      return known.equals(wanted);
    }

    FunctionSignature signature(Serializable lambda) {
      FunctionSignature known = signature;
      if (known == null) {
        known = describe(lambda);
        signature = known;
      }
      return known;
    }

    private FunctionSignature describe(Serializable lambda) {
      SerializedLambda parts = toSerializedLambda(lambda);
      ClassLoader loader = lambda.getClass().getClassLoader();
      MethodType type = parameters(parts, loader);
      String implClass = parts.getImplClass().replace('/', '.');
      return new FunctionSignature(
          implClass, parts.getImplMethodName(), type.parameterList(), parts.getCapturedArgCount());
    }
  }

  private static MethodType parameters(SerializedLambda parts, @Nullable ClassLoader loader) {
    try {
      return MethodType.fromMethodDescriptorString(parts.getInstantiatedMethodType(), loader)
          .wrap();
    } catch (TypeNotPresentException absent) {
      throw GraphException.withReason(
          "a type in the lambda's signature is not found: " + absent.typeName(), absent);
    }
  }

  /** What is known of a class that lambdas were written in. */
  private static final class CapturingClass {
    /** Finds {@code $deserializeLambda$} of any class, and calls it. */
    private static final MethodHandle RESOLVE = Objects.requireNonNull(
            JdkSerialization.readResolve(SerializedLambda.class))
        .asType(MethodType.methodType(Object.class, SerializedLambda.class));

    private final long hash;
    private final @Nullable MethodHandle deserializer;

    CapturingClass(Class<?> type) {
      boolean isOfTheJdk = type.getClassLoader() == null;
      hash = isOfTheJdk ? 0 : hashClassFile(type); // names of its lambdas outlive its releases
      deserializer = isOfTheJdk ? RESOLVE : find(type);
    }

    private static @Nullable MethodHandle find(Class<?> type) {
      try {
        Method method = type.getDeclaredMethod("$deserializeLambda$", SerializedLambda.class);
        method.setAccessible(true);
        MethodType plain = MethodType.methodType(Object.class, SerializedLambda.class);
        return MethodHandles.lookup().unreflect(method).asType(plain);
      } catch (NoSuchMethodException none) {
        return null;
      } catch (IllegalAccessException | RuntimeException thrown) {
        throw GraphException.of(type, "the lambdas in it cannot be reached: " + thrown, thrown);
      }
    }

    Object deserialize(SerializedLambda parts) {
      if (deserializer == null) {
        String capturing = parts.getCapturingClass().replace('/', '.');
        throw GraphException.withReason("class " + capturing + " has no Serializable lambda here");
      }
      try {
        return (Object) deserializer.invokeExact(parts);
      } catch (Throwable thrown) {
        throw GraphException.withReason(
            "lambda " + parts.getImplMethodName() + " is not found in "
                + parts.getCapturingClass().replace('/', '.')
                + ". Run the same version of it on both sides",
            thrown);
      }
    }

    private static long hashClassFile(Class<?> type) {
      String file = type.getName().substring(type.getName().lastIndexOf('.') + 1) + ".class";
      try (InputStream content = type.getResourceAsStream(file)) {
        return content == null
            ? 0
            : firstLong(MessageDigest.getInstance("SHA-256").digest(content.readAllBytes()));
      } catch (IOException unreadable) {
        throw GraphException.of(type, "its class file cannot be read: " + unreadable, unreadable);
      } catch (NoSuchAlgorithmException impossible) {
        throw new AssertionError(impossible);
      }
    }

    private static long firstLong(byte[] digest) {
      return java.nio.ByteBuffer.wrap(digest).getLong();
    }
  }
}
