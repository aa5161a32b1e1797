package io.mobula.internal.codec;

import java.util.List;

/**
 * Description of a function beyond its interface; for a lambda or method reference, of the method
 * that holds its code.
 *
 * @param implClass binary name of the class that declares the method; for other functions, their
 *     own class
 * @param implMethod the method's name, {@code <init>} for a constructor; empty for functions that
 *     are not lambdas
 * @param parameterTypes boxed types of the arguments that the function takes where it was written,
 *     without captured values; empty for functions that are not lambdas
 * @param capturedCount number of captured values; zero for functions that are not lambdas
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
   * Makes a signature whose display name is derived from class and method. It is derived once here,
   * since each call of the function uses it.
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
