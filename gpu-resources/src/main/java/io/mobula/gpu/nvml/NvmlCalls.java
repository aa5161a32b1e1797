package io.mobula.gpu.nvml;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/**
 * Calls of NVML's functions by shape. Their parameters are first the inputs, then pointers to where
 * the results go.
 */
final class NvmlCalls {
  /** Longest text: names of devices and UUIDs are shorter. */
  private static final int MAX_TEXT = 96;

  private final NvmlLibrary library;

  NvmlCalls(NvmlLibrary library) {
    this.library = library;
  }

  /** Calls a function of any shape. */
  int call(NvmlFunction function, Object... arguments) {
    return library.call(function, arguments);
  }

  /** Converts a return code to a result; {@code result} reads the value after a success. */
  <T> NvmlResult<T> toResult(NvmlFunction function, int code, Supplier<T> result) {
    return code == ReturnCode.SUCCESS
        ? new NvmlResult.Success<>(result.get())
        : new NvmlResult.Failure<>(new NvmlError(function, code, library.errorMessage(code)));
  }

  /** Calls a function whose last parameter points to an int. */
  NvmlResult<Integer> number(NvmlFunction function, Object... first) {
    return numbers(function, 1, at -> at.apply(0), first);
  }

  /** Calls a function whose last parameters each point to an int. */
  <T> NvmlResult<T> numbers(
      NvmlFunction function,
      int count,
      java.util.function.Function<IntFunction<Integer>, T> result,
      Object... first) {
    try (var arena = Arena.ofConfined()) {
      var places = arena.allocate(JAVA_INT, count);
      var arguments = new ArrayList<>(List.of(first));
      for (int i = 0; i < count; i++) {
        arguments.add(places.asSlice(i * JAVA_INT.byteSize(), JAVA_INT));
      }
      int code = library.call(function, arguments.toArray());
      return toResult(function, code, () -> result.apply(i -> places.getAtIndex(JAVA_INT, i)));
    }
  }

  /** Calls a function whose last parameter points to a handle. */
  NvmlResult<MemorySegment> pointer(NvmlFunction function, Object... first) {
    try (var arena = Arena.ofConfined()) {
      var place = arena.allocate(ADDRESS);
      int code = library.call(function, with(first, place));
      return toResult(function, code, () -> place.get(ADDRESS, 0));
    }
  }

  /** Calls a function whose last parameter points to a structure. */
  <T> NvmlResult<T> structure(
      NvmlFunction function,
      MemoryLayout layout,
      java.util.function.Function<MemorySegment, T> result,
      Object... first) {
    try (var arena = Arena.ofConfined()) {
      var place = arena.allocate(layout);
      int code = library.call(function, with(first, place));
      return toResult(function, code, () -> result.apply(place));
    }
  }

  /** Calls a function whose last parameters are a text buffer and its length. */
  NvmlResult<String> text(NvmlFunction function, MemorySegment device) {
    try (var arena = Arena.ofConfined()) {
      var text = arena.allocate(MAX_TEXT);
      int code = library.call(function, device, text, MAX_TEXT);
      return toResult(function, code, () -> textIn(text));
    }
  }

  /** Returns the text up to a zero byte, or to the end if there is none. */
  static String textIn(MemorySegment memory) {
    var bytes = memory.toArray(JAVA_BYTE);
    int length = 0;
    while (length < bytes.length && bytes[length] != 0) {
      length++;
    }
    return new String(bytes, 0, length, StandardCharsets.UTF_8).strip();
  }

  private static Object[] with(Object[] first, Object last) {
    var arguments = new ArrayList<>(List.of(first));
    arguments.add(last);
    return arguments.toArray();
  }
}
