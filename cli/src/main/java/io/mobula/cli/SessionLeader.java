package io.mobula.cli;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;

/**
 * Takes this process out of its terminal: {@code setsid(2)}, so that neither Ctrl-C nor the end of
 * the terminal reaches it.
 */
final class SessionLeader {
  private SessionLeader() {}

  /** Makes this process the leader of a session of its own; false if it already leads one. */
  @SuppressWarnings(
      "restricted") // there is no other way without a program that may not be installed
  static boolean becomeLeader() {
    var linker = Linker.nativeLinker();
    var setsid = linker.downcallHandle(
        linker.defaultLookup().findOrThrow("setsid"), FunctionDescriptor.of(ValueLayout.JAVA_INT));
    try {
      return (int) setsid.invokeExact() >= 0;
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) { // a C function throws none
      throw new IllegalStateException("setsid failed", e);
    }
  }
}
