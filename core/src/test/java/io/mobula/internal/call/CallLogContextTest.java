package io.mobula.internal.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.spi.RemoteFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

/** Test of the logging context that goes from a caller to the called function. */
class CallLogContextTest {
  private static final RemoteFunction REQUEST = arguments -> MDC.get("request");

  @AfterEach
  void clear() {
    MDC.clear();
  }

  private static CallLogContext captured(String request) {
    MDC.put("request", request);
    var context = CallLogContext.ofThread();
    MDC.clear();
    return context;
  }

  @Test
  void theFunctionSeesTheContextOfItsCaller() throws Exception {
    assertThat(captured("42").call(REQUEST, new Object[0])).isEqualTo("42");
    assertThat(MDC.get("request")).isNull();
  }

  @Test
  void theThreadGetsItsOwnContextBackEvenAfterAnException() {
    var context = captured("42");
    MDC.put("request", "own");
    RemoteFunction failing = arguments -> {
      throw new IllegalStateException("request " + MDC.get("request"));
    };
    assertThatThrownBy(() -> context.call(failing, new Object[0])).hasMessage("request 42");
    assertThat(MDC.get("request")).isEqualTo("own");
  }

  @Test
  void anEmptyContextLeavesThatOfTheThread() throws Exception {
    var context = CallLogContext.ofThread();
    MDC.put("request", "own");
    assertThat(context.call(REQUEST, new Object[0])).isEqualTo("own");
  }

  @Test
  void goesThroughAFrame() throws Exception {
    assertThat(sent(captured("42")).call(REQUEST, new Object[0])).isEqualTo("42");
    assertThat(sent(CallLogContext.ofThread()).call(REQUEST, new Object[0])).isNull();
  }

  private static CallLogContext sent(CallLogContext context) {
    var out = new FrameWriter();
    context.write(out);
    return CallLogContext.read(new FrameReader(out.toBytes()));
  }
}
