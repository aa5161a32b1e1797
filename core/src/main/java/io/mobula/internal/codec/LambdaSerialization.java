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
 * Conversion of lambdas and method references to {@link SerializedLambda} and back, by the protocol
 * that {@code javac} compiles into Serializable lambdas: {@code writeReplace} returns a
 * {@link SerializedLambda}, and {@code $deserializeLambda$} of the capturing class takes it.
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

  /**
   * Returns whether the class was generated for a lambda or method reference that can be
   * serialized.
   */
  static boolean isLambda(Class<?> type) {
    return type.isHidden() && type.isSynthetic() && Serializable.class.isAssignableFrom(type);
  }

  /**
   * Returns the function's signature; takes less than 100 ns once the function's class is known.
   */
  static FunctionSignature signatureOf(Serializable function) {
    Class<?> type = function.getClass();
    return isLambda(type) ? LAMBDAS.get(type).signature(function) : SHAPES.get(type);
  }

  /**
   * Returns the number of captured values, without calling the lambda; zero means that the lambda
   * is stateless.
   */
  static int capturedCount(Serializable lambda) {
    return LAMBDAS.get(lambda.getClass()).signature(lambda).capturedCount();
  }

  /** Converts a lambda to its serialized form. */
  static SerializedLambda toSerializedLambda(Object lambda) {
    return LAMBDAS.get(lambda.getClass()).toSerializedLambda(lambda);
  }

  /**
   * Returns a hash of the class file of the class that a lambda was written in, or 0 if no class
   * file is found.
   */
  static long hashOf(Class<?> capturing) {
    return CAPTURERS.get(capturing).hash;
  }

  /**
   * Makes a lambda from its serialized form. If the capturing class uses one method as functions of
   * several types that differ only in generics, the code compiled by {@code javac} returns the
   * first of them for all, which then fails on an argument of another type. This method detects
   * that and makes the right lambda.
   */
  static Object fromSerializedLambda(Class<?> capturing, SerializedLambda parts) {
    var closed = CAPTURERS.get(capturing).deserialize(parts);
    return !isLambda(closed.getClass())
            || LAMBDAS.get(closed.getClass()).isOfType(closed, parts.getInstantiatedMethodType())
        ? closed
        : RetypedLambdaFactory.make(capturing, parts);
  }

  /** Loads the class that a lambda was written in. */
  static Class<?> capturingClass(Class<?> lambda, SerializedLambda parts) {
    try {
      return Class.forName(
          parts.getCapturingClass().replace('/', '.'), false, lambda.getClassLoader());
    } catch (ClassNotFoundException absent) {
      throw GraphException.of(
          lambda, "the class it was written in is gone: " + absent.getMessage(), absent);
    }
  }

  /** Cached facts about one hidden lambda class. */
  private static final class LambdaClass {
    private final MethodHandle writeReplace;
    private volatile @Nullable FunctionSignature signature;
    private volatile @Nullable String instantiatedType;

    LambdaClass(Class<?> type) {
      MethodHandle found = JdkSerialization.writeReplace(type); // also of the JDK's own lambdas
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

    /** Returns whether the lambda has this type; all lambdas of one class have the same type. */
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

  /** Cached facts about a class that lambdas were written in. */
  private static final class CapturingClass {
    /** Handle that finds and calls {@code $deserializeLambda$} of any class. */
    private static final MethodHandle RESOLVE = Objects.requireNonNull(
            JdkSerialization.readResolve(SerializedLambda.class))
        .asType(MethodType.methodType(Object.class, SerializedLambda.class));

    private final long hash;
    private final @Nullable MethodHandle deserializer;

    CapturingClass(Class<?> type) {
      boolean isOfTheJdk = type.getClassLoader() == null;
      // the names of the JDK's lambdas stay the same over releases
      hash = isOfTheJdk ? 0 : hashClassFile(type);
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
