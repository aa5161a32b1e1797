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
final class Closures {
  private static final ClassValue<LambdaShape> SHAPES = new ClassValue<>() {
    @Override
    protected LambdaShape computeValue(Class<?> type) {
      return new LambdaShape(type.getName(), "", List.of(), 0);
    }
  };
  private static final ClassValue<LambdaClass> LAMBDAS = new ClassValue<>() {
    @Override
    protected LambdaClass computeValue(Class<?> type) {
      return new LambdaClass(type);
    }
  };
  private static final ClassValue<Capturer> CAPTURERS = new ClassValue<>() {
    @Override
    protected Capturer computeValue(Class<?> type) {
      return new Capturer(type);
    }
  };

  private Closures() {}

  /** Whether the class was spun for a lambda or method reference that can be serialized. */
  static boolean isLambda(Class<?> type) {
    return type.isHidden() && type.isSynthetic() && Serializable.class.isAssignableFrom(type);
  }

  /** The function's shape; under 100 ns once its class was seen. */
  static LambdaShape shapeOf(Serializable function) {
    Class<?> type = function.getClass();
    return isLambda(type) ? LAMBDAS.get(type).shape(function) : SHAPES.get(type);
  }

  /** How many values it captured, without calling it; zero means that it is free of state. */
  static int captured(Serializable lambda) {
    return LAMBDAS.get(lambda.getClass()).shape(lambda).captured();
  }

  /** Takes a lambda apart. */
  static SerializedLambda open(Object lambda) {
    return LAMBDAS.get(lambda.getClass()).open(lambda);
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
  static Object close(Class<?> capturing, SerializedLambda parts) {
    var closed = CAPTURERS.get(capturing).deserialize(parts);
    return !isLambda(closed.getClass())
            || LAMBDAS.get(closed.getClass()).isOfType(closed, parts.getInstantiatedMethodType())
        ? closed
        : RetypedLambda.make(capturing, parts);
  }

  /** The class that a lambda was written in. */
  static Class<?> capturingClass(Class<?> lambda, SerializedLambda parts) {
    try {
      return Class.forName(
          parts.getCapturingClass().replace('/', '.'), false, lambda.getClassLoader());
    } catch (ClassNotFoundException absent) {
      throw Fault.of(lambda, "the class it was written in is gone: " + absent.getMessage(), absent);
    }
  }

  /** What is known of one hidden lambda class. */
  private static final class LambdaClass {
    private final MethodHandle writeReplace;
    private volatile @Nullable LambdaShape shape;
    private volatile @Nullable String instantiatedType;

    LambdaClass(Class<?> type) {
      MethodHandle found = JdkSerialization.writeReplace(type); // of the JDK's own lambdas, too
      if (found == null) {
        throw Fault.of(type, "a lambda whose parts cannot be reached");
      }
      writeReplace = found;
    }

    SerializedLambda open(Object lambda) {
      try {
        return (SerializedLambda) (Object) writeReplace.invokeExact(lambda);
      } catch (Throwable thrown) {
        throw Fault.from(thrown).in(lambda.getClass());
      }
    }

    /** All lambdas of one class are of one type. */
    boolean isOfType(Object lambda, String wanted) {
      var known = instantiatedType;
      if (known == null) {
        known = open(lambda).getInstantiatedMethodType();
        instantiatedType = known;
      }
      return known.equals(wanted);
    }

    LambdaShape shape(Serializable lambda) {
      LambdaShape known = shape;
      if (known == null) {
        known = describe(lambda);
        shape = known;
      }
      return known;
    }

    private LambdaShape describe(Serializable lambda) {
      SerializedLambda parts = open(lambda);
      ClassLoader loader = lambda.getClass().getClassLoader();
      MethodType type = parameters(parts, loader);
      String implClass = parts.getImplClass().replace('/', '.');
      return new LambdaShape(
          implClass, parts.getImplMethodName(), type.parameterList(), parts.getCapturedArgCount());
    }
  }

  private static MethodType parameters(SerializedLambda parts, @Nullable ClassLoader loader) {
    try {
      return MethodType.fromMethodDescriptorString(parts.getInstantiatedMethodType(), loader)
          .wrap();
    } catch (TypeNotPresentException absent) {
      throw Fault.because(
          "a type in the lambda's signature is not found: " + absent.typeName(), absent);
    }
  }

  /** What is known of a class that lambdas were written in. */
  private static final class Capturer {
    /** Finds {@code $deserializeLambda$} of any class, and calls it. */
    private static final MethodHandle RESOLVE = Objects.requireNonNull(
            JdkSerialization.readResolve(SerializedLambda.class))
        .asType(MethodType.methodType(Object.class, SerializedLambda.class));

    private final long hash;
    private final @Nullable MethodHandle deserializer;

    Capturer(Class<?> type) {
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
        throw Fault.of(type, "the lambdas in it cannot be reached: " + thrown, thrown);
      }
    }

    Object deserialize(SerializedLambda parts) {
      if (deserializer == null) {
        String capturing = parts.getCapturingClass().replace('/', '.');
        throw Fault.because("class " + capturing + " has no Serializable lambda here");
      }
      try {
        return (Object) deserializer.invokeExact(parts);
      } catch (Throwable thrown) {
        throw Fault.because(
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
        throw Fault.of(type, "its class file cannot be read: " + unreadable, unreadable);
      } catch (NoSuchAlgorithmException impossible) {
        throw new AssertionError(impossible);
      }
    }

    private static long firstLong(byte[] digest) {
      return java.nio.ByteBuffer.wrap(digest).getLong();
    }
  }
}
