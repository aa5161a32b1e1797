package io.mobula.internal.codec;

import java.util.List;

/**
 * What a function is, beyond its interface: for a lambda or method reference the method that holds
 * its code.
 *
 * @param implClass binary name of the class that declares the method; for other functions, their
 *     own class
 * @param implMethod the method's name, {@code <init>} for a constructor; empty for functions that
 *     are no lambdas
 * @param parameterTypes boxed types of the arguments the function takes where it was written,
 *     without captured values; empty for functions that are no lambdas
 * @param capturedCount how many values it captured; zero for functions that are no lambdas
 * @param displayName a name for people: {@code Quick.square}, {@code Counter.new},
 *     {@code Quick.main.lambda} or the class's name
 */
public record FunctionSignature(
    String implClass,
    String implMethod,
    List<Class<?>> parameterTypes,
    int capturedCount,
    String displayName) {
  /** Keeps the types as an immutable copy. */
  public FunctionSignature {
    parameterTypes = List.copyOf(parameterTypes);
  }

  /**
   * The same with the display name that follows from the rest; made once, since each call of the
   * function uses it.
   */
  FunctionSignature(
      String implClass, String implMethod, List<Class<?>> parameterTypes, int capturedCount) {
    this(implClass, implMethod, parameterTypes, capturedCount, displayName(implClass, implMethod));
  }

  private static String displayName(String implClass, String implMethod) {
    String owner =
        implClass.substring(Math.max(implClass.lastIndexOf('.'), implClass.lastIndexOf('$')) + 1);
    if (implMethod.isEmpty()) {
      return owner;
    }
    if (implMethod.startsWith("lambda$")) {
      int end = implMethod.indexOf('$', "lambda$".length());
      return end < 0
          ? owner + ".lambda"
          : owner + "." + implMethod.substring("lambda$".length(), end) + ".lambda";
    }
    return owner + "." + (implMethod.equals("<init>") ? "new" : implMethod);
  }
}
