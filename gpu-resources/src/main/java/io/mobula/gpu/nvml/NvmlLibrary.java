package io.mobula.gpu.nvml;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Shared library NVML, opened. It is never closed again, because a driver may have threads of its
 * own that still run in it.
 */
final class NvmlLibrary {
  private static final int MAX_ERROR_TEXT = 256;

  private final Map<NvmlFunction, MethodHandle> functions;
  private final @Nullable MethodHandle errorString;

  private NvmlLibrary(
      Map<NvmlFunction, MethodHandle> functions, @Nullable MethodHandle errorString) {
    this.functions = functions;
    this.errorString = errorString;
  }

  /** Returns whether this JVM has native access for Mobula; without it the JDK would warn. */
  static boolean isAllowed() {
    return NvmlLibrary.class.getModule().isNativeAccessEnabled();
  }

  /** Opens the shared library. Returns empty if the system's loader cannot find or open it. */
  @SuppressWarnings("restricted") // called only if native access is enabled
  static Optional<NvmlLibrary> open(String name) {
    SymbolLookup symbols;
    try {
      symbols = SymbolLookup.libraryLookup(name, Arena.global());
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
    var linker = Linker.nativeLinker();
    var functions = new EnumMap<NvmlFunction, MethodHandle>(NvmlFunction.class);
    for (var function : NvmlFunction.values()) {
      symbols
          .find(function.symbol())
          .ifPresent(symbol ->
              functions.put(function, linker.downcallHandle(symbol, function.descriptor())));
    }
    var errorString = symbols
        .find("nvmlErrorString")
        .map(symbol -> linker.downcallHandle(
            symbol, FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_INT)))
        .orElse(null);
    return Optional.of(new NvmlLibrary(functions, errorString));
  }

  /** Returns the first essential function that the library lacks. */
  Optional<NvmlFunction> lacks() {
    for (var function : NvmlFunction.values()) {
      if (function.isEssential() && !functions.containsKey(function)) {
        return Optional.of(function);
      }
    }
    return Optional.empty();
  }

  /**
   * Calls a library function. A function that the library lacks answers like one that NVML itself
   * does not have.
   */
  int call(NvmlFunction function, Object... arguments) {
    var handle = functions.get(function);
    return handle == null ? ReturnCode.FUNCTION_NOT_FOUND : (int) invoke(handle, arguments);
  }

  /** Returns NVML's text for a return code; empty if it has none. */
  @SuppressWarnings("restricted") // a constant of the library, terminated by a zero byte
  String errorMessage(int code) {
    if (errorString == null) {
      return "";
    }
    var words = (MemorySegment) invoke(errorString, code);
    return words.equals(MemorySegment.NULL)
        ? ""
        : words.reinterpret(MAX_ERROR_TEXT).getString(0);
  }

  /**
   * Invokes a native function. There are some hundred calls a second at most, so boxing does not
   * matter.
   */
  private static Object invoke(MethodHandle handle, Object... arguments) {
    try {
      return handle.invokeWithArguments(arguments);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("A function of NVML threw", e);
    }
  }
}
