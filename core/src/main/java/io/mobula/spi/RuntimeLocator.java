package io.mobula.spi;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.error.NoRuntimeException;
import java.util.ServiceLoader;

/**
 * Locator of the {@link RuntimeFactory} and of the current runtime, for the static methods of
 * {@link Mobula}. Looks the factory up once.
 */
public final class RuntimeLocator {
  private RuntimeLocator() {}

  private static final class Holder {
    static final RuntimeFactory FACTORY = ServiceLoader.load(
            RuntimeFactory.class, RuntimeLocator.class.getClassLoader())
        .findFirst()
        .orElseThrow(() -> new NoRuntimeException(
            "No RuntimeFactory on the class path: META-INF/services of mobula-core is missing. If the program was packed "
                + "into one jar, let the packer merge service files."));
  }

  /** Returns the only factory of the class path. */
  public static RuntimeFactory factory() {
    return Holder.FACTORY;
  }

  /**
   * Returns the runtime of the calling task or actor, else the only one that is open.
   *
   * @throws NoRuntimeException when there is none, or there are several
   */
  public static MobulaRuntime current() {
    var context = factory().context();
    if (context.isPresent()) {
      return context.get().runtime();
    }
    var opened = factory().openRuntimes();
    return switch (opened.size()) {
      case 1 -> opened.getFirst();
      case 0 ->
        throw new NoRuntimeException(
            "No runtime is open in this JVM. Open one first: try (MobulaRuntime runtime = Mobula.init()) { ... }");
      default ->
        throw new NoRuntimeException(opened.size()
            + " runtimes are open in this JVM and this thread belongs to none of them. Call the method on the "
            + "MobulaRuntime you mean instead of on Mobula.");
    };
  }
}
