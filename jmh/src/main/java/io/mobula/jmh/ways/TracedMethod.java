package io.mobula.jmh.ways;

/**
 * Method of a traced class.
 *
 * @param type binary name of the class
 * @param name name of the method, {@code <init>} for a constructor
 * @param descriptor descriptor of its parameters and its result
 */
record TracedMethod(String type, String name, String descriptor) {
  private static final String LAMBDA = "lambda$";

  /** Returns the qualified name of the top-level class, which is that of the source file. */
  static String file(String type) {
    int nested = type.indexOf('$');
    return nested < 0 ? type : type.substring(0, nested);
  }

  /** Returns the name of a file without its package. */
  static String simpleName(String file) {
    return file.substring(file.lastIndexOf('.') + 1);
  }

  String file() {
    return file(type);
  }

  /**
   * Returns the name for people: the nested class and the method. A lambda counts as the method
   * that contains it, and a constructor is {@code new}.
   */
  String label() {
    var method = name;
    if (method.startsWith(LAMBDA)) {
      int end = method.indexOf('$', LAMBDA.length());
      method = end < 0 ? method : method.substring(LAMBDA.length(), end);
    }
    method = method.equals("<init>") ? "new" : method.equals("<clinit>") ? "static" : method;
    int nested = type.indexOf('$');
    return nested < 0 ? method : type.substring(nested + 1).replace('$', '.') + "." + method;
  }
}
