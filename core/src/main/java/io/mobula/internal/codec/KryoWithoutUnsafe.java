package io.mobula.internal.codec;

/**
 * Loads Kryo so that it leaves {@code sun.misc.Unsafe} alone, whose use the JDK warns about on
 * standard error.
 *
 * <p>Kryo decides once per JVM, when its first class is initialised, by the system property
 * {@code kryo.unsafe}. The property is set for that moment and put back. Where the user has set it,
 * or loaded Kryo before, nothing changes.
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

  /** Does its work on the first call. */
  static void ensure() {}
}
