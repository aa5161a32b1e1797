package io.mobula.internal.call;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.error.ObjectLostException;
import io.mobula.error.TaskFailedException;
import io.mobula.internal.store.ObjectFailure;
import org.junit.jupiter.api.Test;

/** Test of the error message about a lost argument. */
class LostArgumentExceptionTest {
  private static final ObjectFailure LOST = new ObjectFailure(
      () -> new ObjectLostException("Object a is lost: call make of actor Maker"));

  @Test
  void theFirstLossIsToldFirstAndThenWhatNeededIt() {
    var last = LostArgumentException.propagate(
        LostArgumentException.propagate(LOST, "task b (1)"), "task c (2)");
    assertThat(last.toException()).isInstanceOf(ObjectLostException.class).hasMessage("""
        Object a is lost: call make of actor Maker
          needed by task b (1)
          needed by task c (2)""");
  }

  @Test
  void otherFailuresArePassedOnAsTheyAre() {
    var failed = new ObjectFailure(() -> new TaskFailedException("task a failed", null));
    assertThat(LostArgumentException.propagate(failed, "task b")).isSameAs(failed);
  }

  @Test
  void aLongChainKeepsItsEnds() {
    var failure = LOST;
    for (int i = 1; i <= 100_000; i++) {
      failure = LostArgumentException.propagate(failure, "task " + i);
    }
    assertThat(failure.toException()).hasMessage("""
        Object a is lost: call make of actor Maker
          needed by task 1
          needed by task 2
          needed by task 3
          needed by task 4
          needed by 99992 more
          needed by task 99997
          needed by task 99998
          needed by task 99999
          needed by task 100000""");
  }

  @Test
  void namesOfAnyLengthAreCut() {
    var failure = LostArgumentException.propagate(
        new ObjectFailure(() -> new ObjectLostException("x".repeat(1 << 20))), "y".repeat(1 << 20));
    assertThat(failure.toException().getMessage()).hasSizeLessThan(5_000);
  }
}
