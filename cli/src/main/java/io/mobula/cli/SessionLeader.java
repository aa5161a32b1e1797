package io.mobula.cli;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;

/**
 * Detachment of this process from its terminal by {@code setsid(2)}: neither Ctrl-C nor the end of
 * the terminal reaches the process afterwards.
 */
final class SessionLeader {
  private SessionLeader() {}

  /** Makes this process the leader of a new session; returns false if it already leads one. */
  @SuppressWarnings("restricted") // needs a native call; the program setsid may not be installed
  static boolean becomeLeader() {
    var linker = Linker.nativeLinker();
    var setsid = linker.downcallHandle(
        linker.defaultLookup().findOrThrow("setsid"), FunctionDescriptor.of(ValueLayout.JAVA_INT));
    try {
      return (int) setsid.invokeExact() >= 0;
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) { // a C function throws nothing
      throw new IllegalStateException("setsid failed", e);
    }
  }
}
