package io.mobula.internal.codec;

/**
 * Initializer that makes Kryo not use {@code sun.misc.Unsafe}, about which the JDK warns on
 * standard error.
 *
 * <p>Kryo decides once per JVM, when its first class is initialized, by the system property
 * {@code kryo.unsafe}. This class sets the property for that moment and then restores it. If the
 * user has set the property, or has loaded Kryo before, nothing changes.
 */
final class KryoWithoutUnsafe {
  private static final String PROPERTY = "kryo.unsafe";

  static {
    if (System.getProperty(PROPERTY) == null) {
      System.setProperty(PROPERTY, "false");
      try {
        Class.forName(
            "com.esotericsoftware.kryo.util.Util", true, KryoWithoutUnsafe.class.getClassLoader());
      } catch (ClassNotFoundException absent) {
        throw new IllegalStateException("Kryo 5 is missing on the class path", absent);
      } finally {
        System.clearProperty(PROPERTY);
      }
    }
  }

  private KryoWithoutUnsafe() {}

  /** Initializes Kryo on the first call. */
  static void ensure() {}
}
