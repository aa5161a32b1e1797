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
 * @param captured how many values it captured; zero for functions that are no lambdas
 */
public record LambdaShape(
    String implClass, String implMethod, List<Class<?>> parameterTypes, int captured) {
  /** Keeps the types as an immutable copy. */
  public LambdaShape {
    parameterTypes = List.copyOf(parameterTypes);
  }

  /**
   * A name for people: {@code Quick.square}, {@code Counter.new}, {@code Quick.main.lambda} or the
   * class's name.
   */
  public String displayName() {
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
