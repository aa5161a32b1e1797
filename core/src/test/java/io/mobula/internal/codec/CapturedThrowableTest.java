package io.mobula.internal.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

class CapturedThrowableTest {

  static class ThrowingGetterException extends IOException {
    private final String method;

    ThrowingGetterException(String method, Throwable cause) {
      super("of " + method, cause);
      this.method = method;
    }

    private void failIn(String present) {
      if (present.equals(method)) {
        throw new Error(present + " fails");
      }
    }

    @Override
    public String getMessage() {
      failIn("getMessage");
      return super.getMessage();
    }

    @Override
    public String toString() {
      failIn("toString");
      return super.toString();
    }

    @Override
    public Throwable getCause() {
      if (method != null) { // not while the snapshot is made
        failIn("getCause");
      }
      return super.getCause();
    }

    @Override
    public StackTraceElement[] getStackTrace() {
      failIn("getStackTrace");
      return super.getStackTrace();
    }
  }

  @Test
  void isTheExceptionItselfWhereAllOfItAnswers() {
    var thrown = new IllegalStateException(
        "outer", new ThrowingGetterException("none", new IOException("inner")));
    var captured = CapturedThrowable.of(thrown);
    assertThat(captured.exception()).isSameAs(thrown);
    assertThat(captured.text()).isEqualTo(thrown.toString());
    assertThat(captured.isError()).isFalse();
    assertThat(captured.types()).startsWith(IllegalStateException.class.getName());
  }

  @Test
  void isAStandInWithWhatWasSaidWhereAMethodThrows() {
    for (var method : new String[] {"getMessage", "toString", "getCause", "getStackTrace"}) {
      var inner = new IOException("inner");
      var captured = CapturedThrowable.of(new ThrowingGetterException(method, inner));
      assertThat(captured.exception()).as(method).isInstanceOf(RemoteThrowable.class);
      assertThat(((RemoteThrowable) captured.exception()).className())
          .isEqualTo(ThrowingGetterException.class.getName());
      assertThat(captured.text()).contains(ThrowingGetterException.class.getName());
      assertThat(captured.isOf(ThrowingGetterException.class)).isTrue();
      assertThat(captured.types()).contains(IOException.class.getName());
      if (!method.equals("getCause")) {
        assertThat(captured.exception().getCause()).isSameAs(inner);
      }
      if (!method.equals("getStackTrace")) {
        assertThat(captured.exception().getStackTrace()[0].getMethodName())
            .isEqualTo("isAStandInWithWhatWasSaidWhereAMethodThrows");
      }
      assertThat(captured.exception().toString()).isNotEmpty();
    }
  }

  @Test
  void standsInForAllAboveOneThatDoesNotAnswer() {
    var bottom = new IOException("bottom");
    var thrown = new IllegalStateException("top", new ThrowingGetterException("toString", bottom));
    var captured = CapturedThrowable.of(thrown).exception();
    assertThat(captured).isInstanceOf(RemoteThrowable.class).hasMessage("top");
    assertThat(captured.getCause()).isInstanceOf(RemoteThrowable.class);
    assertThat(captured.getCause().getMessage()).isEqualTo("of toString");
    assertThat(captured.getCause().getCause()).isSameAs(bottom);
  }

  @Test
  void comesToAnEndInCircles() {
    var one = new IllegalStateException("one");
    var other = new IllegalStateException("other", one);
    one.initCause(other);
    one.addSuppressed(other);
    var captured = CapturedThrowable.of(other);
    assertThat(captured.exception()).isSameAs(other);
    assertThat(captured.standIn().getCause()).hasMessage("one").hasNoCause();
  }

  @Test
  void comesToAnEndInALongChain() {
    Throwable chain = new IOException("0");
    for (int i = 1; i < 1_000; i++) {
      chain = new IOException("" + i, chain);
    }
    int levels = 0;
    for (Throwable each = CapturedThrowable.of(chain).exception();
        each != null;
        each = each.getCause()) {
      levels++;
    }
    assertThat(levels).isBetween(100, 130);
  }

  @Test
  void looksBehindWhatAFutureThrows() {
    var inner = new IOException("inner");
    assertThat(CapturedThrowable.ofStage(new CompletionException(inner)).exception())
        .isSameAs(inner);
    assertThat(CapturedThrowable.ofStage(new ExecutionException(inner)).exception())
        .isSameAs(inner);
    var alone = new CompletionException("alone", null);
    assertThat(CapturedThrowable.ofStage(alone).exception()).isSameAs(alone);
  }

  @Test
  void cutsALongText() {
    var captured = CapturedThrowable.of(new IOException("x".repeat(100_000)));
    assertThat(captured.text()).hasSizeLessThan(20_000).endsWith("characters more)");
    assertThat(captured.exception()).isInstanceOf(IOException.class); // keeps its class
  }
}
