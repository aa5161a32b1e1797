package io.mobula.internal.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

/** Test of exceptions as results of tasks. */
class ThrowableTest {
  private final Codec codec = Codec.create(CodecOptions.defaults());

  static final class OrderException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    final List<Integer> orders;
    final Object held;
    transient String note = "n";

    OrderException(String message, List<Integer> orders, Object held, Throwable cause) {
      super(message, cause);
      this.orders = orders;
      this.held = held;
    }

    @Override
    public String getMessage() {
      return "orders " + orders + ": " + super.getMessage();
    }
  }

  record FailureReport(Throwable failure, String text, Throwable again) {}

  @SuppressWarnings("unchecked")
  private <T> T copy(T value) {
    return (T) codec.decode(codec.encode(value));
  }

  @Test
  void keepsClassFieldsMessageStackCauseAndSuppressed() {
    IOException cause = new IOException("disk");
    OrderException thrown = new OrderException("late", List.of(1, 2), "held", cause);
    thrown.addSuppressed(new IllegalStateException("while closing"));

    OrderException back = copy(thrown);

    assertThat(back.orders).containsExactly(1, 2);
    assertThat(back.held).isEqualTo("held");
    assertThat(back.getMessage()).isEqualTo("orders [1, 2]: late");
    assertThat(back.getStackTrace()).isEqualTo(thrown.getStackTrace());
    assertThat(back.getStackTrace()[0]).hasToString(thrown.getStackTrace()[0].toString());
    assertThat(back.getCause()).isExactlyInstanceOf(IOException.class).hasMessage("disk");
    assertThat(back.getSuppressed()).hasSize(1);
    back.addSuppressed(new Error());
    assertThat(back.getSuppressed()).hasSize(2);
  }

  @Test
  void keepsStateOfTheJdksExceptions() {
    SQLException sql = new SQLException("reason", "42S02", 7);
    sql.setNextException(new SQLException("next"));

    assertThat(copy(sql).getSQLState()).isEqualTo("42S02");
    assertThat(copy(sql).getErrorCode()).isEqualTo(7);
    assertThat(copy(sql).getNextException().getMessage()).isEqualTo("next");
    assertThat(copy(new InvocationTargetException(sql)).getTargetException()).hasMessage("reason");
    assertThat(copy(new ExecutionException(sql)).getCause()).isInstanceOf(SQLException.class);
    assertThat(copy(new UncheckedIOException(new IOException("io"))).getCause()).hasMessage("io");
    assertThat(copy(new StackOverflowError())).isInstanceOf(StackOverflowError.class);
    assertThat(copy(new NullPointerException()).getCause()).isNull();
  }

  @Test
  void keepsACauseThatRefersBack() {
    Exception inner = new Exception("inner");
    Exception outer = new Exception("outer", inner);
    inner.addSuppressed(outer);

    Exception back = copy(outer);

    assertThat(back.getCause().getSuppressed()[0]).isSameAs(back);
  }

  @Test
  void standsInForAnExceptionThatCannotTravel() {
    IOException cause = new IOException("disk");
    OrderException thrown = new OrderException("late", List.of(1), Thread.currentThread(), cause);

    FailureReport back = copy(new FailureReport(thrown, "kept", thrown));

    assertThat(back.text).isEqualTo("kept");
    assertThat(back.again).isSameAs(back.failure);
    RemoteThrowable standIn = (RemoteThrowable) back.failure;
    assertThat(standIn.className()).isEqualTo(OrderException.class.getName());
    assertThat(standIn).hasMessage("orders [1]: late").hasToString(thrown.toString());
    assertThat(standIn.getStackTrace()).isEqualTo(thrown.getStackTrace());
    assertThat(standIn.getCause()).isExactlyInstanceOf(IOException.class).hasMessage("disk");
  }

  @Test
  void standsInForTheWholeChainWhereItMust() {
    Throwable chain = null;
    for (int i = 0; i < 5; i++) {
      chain = new OrderException("level " + i, List.of(i), Thread.currentThread(), chain);
    }

    Throwable back = copy(chain);

    for (int i = 4; i >= 0; i--) {
      assertThat(back).isInstanceOf(RemoteThrowable.class).hasMessageContaining("level " + i);
      back = back.getCause();
    }
  }

  @Test
  void standsInForAnAnonymousExceptionThatHoldsSomethingOfItsProcess() {
    Thread thread = Thread.currentThread();
    Exception thrown = new Exception("odd") {
      @Override
      public String toString() {
        return "odd in " + thread.getName();
      }
    };

    assertThat(copy(thrown)).isInstanceOf(RemoteThrowable.class).hasMessage("odd");
  }
}
