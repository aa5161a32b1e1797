package io.mobula.internal.call;

import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.spi.RemoteFunction;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * Logging context of a caller, which goes with the call to where it runs: the caller's request or
 * user appears in the log lines of the called function. It is the map of SLF4J's {@link MDC}.
 */
final class CallLogContext {
  private static final CallLogContext EMPTY = new CallLogContext(Map.of());

  private final Map<String, String> values;

  private CallLogContext(Map<String, String> values) {
    this.values = values;
  }

  private static CallLogContext of(@Nullable Map<String, String> values) {
    return values == null || values.isEmpty() ? EMPTY : new CallLogContext(values);
  }

  /** Copies the context of the calling thread. */
  static CallLogContext ofThread() {
    return of(MDC.getCopyOfContextMap());
  }

  /** Calls the function with this context, and restores that of the calling thread afterwards. */
  @Nullable
  Object call(RemoteFunction function, @Nullable Object[] arguments) throws Exception {
    if (values.isEmpty()) {
      return function.invoke(arguments);
    }
    var own = MDC.getCopyOfContextMap();
    MDC.setContextMap(values);
    try {
      return function.invoke(arguments);
    } finally {
      if (own == null) {
        MDC.clear();
      } else {
        MDC.setContextMap(own);
      }
    }
  }

  void write(FrameWriter out) {
    out.int32(values.size());
    values.forEach((key, value) -> out.text(key).text(value));
  }

  static CallLogContext read(FrameReader in) {
    int count = in.count();
    if (count == 0) {
      return EMPTY;
    }
    var values = new HashMap<String, String>();
    for (int i = 0; i < count; i++) {
      values.put(in.text(), in.optionalText());
    }
    return of(values);
  }
}
