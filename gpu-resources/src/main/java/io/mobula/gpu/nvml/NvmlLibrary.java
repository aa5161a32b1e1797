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
 * The shared library NVML, opened. It is never closed again: a driver may have threads of its own
 * that still run in it.
 */
final class NvmlLibrary {
  private static final int LONGEST_WORDS = 256;

  private final Map<NvmlFunction, MethodHandle> functions;
  private final @Nullable MethodHandle errorString;

  private NvmlLibrary(
      Map<NvmlFunction, MethodHandle> functions, @Nullable MethodHandle errorString) {
    this.functions = functions;
    this.errorString = errorString;
  }

  /** Whether this JVM was started with native access for Mobula; else the JDK would warn. */
  static boolean isAllowed() {
    return NvmlLibrary.class.getModule().isNativeAccessEnabled();
  }

  /** Opens it; empty where the system's loader finds none that it can open. */
  @SuppressWarnings("restricted") // asked for only where native access is enabled
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

  /** The first essential function that it lacks. */
  Optional<NvmlFunction> lacks() {
    for (var function : NvmlFunction.values()) {
      if (function.isEssential() && !functions.containsKey(function)) {
        return Optional.of(function);
      }
    }
    return Optional.empty();
  }

  /** Calls a function; one that the library lacks answers as NVML itself would. */
  int call(NvmlFunction function, Object... arguments) {
    var handle = functions.get(function);
    return handle == null ? ReturnCode.FUNCTION_NOT_FOUND : (int) invoke(handle, arguments);
  }

  /** What NVML calls a code; empty where it has no words for it. */
  @SuppressWarnings("restricted") // a constant of the library, which ends with a zero
  String errorMessage(int code) {
    if (errorString == null) {
      return "";
    }
    var words = (MemorySegment) invoke(errorString, code);
    return words.equals(MemorySegment.NULL)
        ? ""
        : words.reinterpret(LONGEST_WORDS).getString(0);
  }

  /** Some hundred calls a second at most: boxing does not matter. */
  private static Object invoke(MethodHandle handle, Object... arguments) {
    try {
      return handle.invokeWithArguments(arguments);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("A function of NVML cannot throw, and did", e);
    }
  }
}
