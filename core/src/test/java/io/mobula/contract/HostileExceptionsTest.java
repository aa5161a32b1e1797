package io.mobula.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.mobula.ObjectRef;
import io.mobula.contract.HostileExceptions.GetMessage;
import io.mobula.error.ActorDiedException;
import io.mobula.error.MobulaException;
import io.mobula.error.TaskFailedException;
import io.mobula.placement.Resources;
import io.mobula.testkit.PollingAssert;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Test that exceptions whose own methods throw fail only the work that threw them, with an error
 * that names the exception; threads and other actors are unaffected.
 */
class HostileExceptionsTest extends ContractTest {

  static int raise(HostileExceptions what, FileEventLog eventLog) throws Exception {
    eventLog.add("ran");
    return what.raise();
  }

  static CompletionStage<Integer> raiseLater(HostileExceptions what) {
    return CompletableFuture.failedFuture(what.make());
  }

  static int one() {
    return 1;
  }

  static class ThrowingActor {
    int raise(HostileExceptions what) {
      return what.raise();
    }

    CompletionStage<Integer> raiseLater(HostileExceptions what) {
      return CompletableFuture.failedFuture(what.make());
    }

    int one() {
      return 1;
    }
  }

  static class ThrowingConstructor {
    ThrowingConstructor(HostileExceptions what) {
      what.raise();
    }

    int one() {
      return 1;
    }
  }

  @AfterEach
  void allSlotsWorkOn() {
    var many = new ArrayList<ObjectRef<Integer>>();
    for (int i = 0; i < 8; i++) {
      many.add(runtime.task(HostileExceptionsTest::one).maxRetries(0).remote());
    }
    assertThat(runtime.get(many, LONG)).containsOnly(1);
  }

  @AfterAll
  void allCpusComeBack() throws Exception {
    PollingAssert.untilEqual(
        runtime.totalResources().amount(Resources.CPU),
        () -> runtime.availableResources().amount(Resources.CPU));
  }

  private static MobulaException failureOf(ObjectRef<?> ref) {
    var thrown = catchThrowable(() -> ref.get(LONG));
    assertThat(thrown).isInstanceOf(MobulaException.class);
    var text = new StringWriter();
    thrown.printStackTrace(new PrintWriter(text)); // as any logger does
    assertThat(text.toString()).contains(thrown.getMessage());
    return (MobulaException) thrown;
  }

  @ParameterizedTest
  @EnumSource
  void fromATask(HostileExceptions what) throws Exception {
    var eventLog = eventLog();
    var failure = failureOf(
        runtime.task(HostileExceptionsTest::raise, what, eventLog).maxRetries(0).remote());
    assertThat(failure)
        .isExactlyInstanceOf(TaskFailedException.class)
        .hasMessageContaining("HostileExceptionsTest.raise");
    assertThat(failure.getCause()).isNotNull();
    assertThat(eventLog.events()).containsExactly("ran");
  }

  @ParameterizedTest
  @EnumSource
  void fromTheStageOfATask(HostileExceptions what) {
    assertThat(failureOf(runtime.task(HostileExceptionsTest::raiseLater, what).remote()))
        .isExactlyInstanceOf(TaskFailedException.class);
  }

  @ParameterizedTest
  @EnumSource
  void fromAnActor(HostileExceptions what) {
    var actor = runtime.actor(ThrowingActor::new).maxRestarts(2).remote();
    assertThat(failureOf(actor.call(ThrowingActor::raise, what).remote()))
        .isExactlyInstanceOf(TaskFailedException.class);
    assertThat(failureOf(actor.call(ThrowingActor::raiseLater, what).remote()))
        .isExactlyInstanceOf(TaskFailedException.class);
    assertThat(actor.call(ThrowingActor::one).remote().get(LONG)).isEqualTo(1);
    actor.kill();
  }

  @ParameterizedTest
  @EnumSource
  void fromTheConstructorOfAnActor(HostileExceptions what) {
    var actor = runtime.actor(ThrowingConstructor::new, what).remote();
    assertThat(failureOf(actor.call(ThrowingConstructor::one).remote()))
        .isInstanceOf(ActorDiedException.class)
        .hasMessageContaining("its constructor threw");
  }

  @ParameterizedTest
  @EnumSource
  void asWhatAnArgumentFailedWith(HostileExceptions what) throws Exception {
    var first = runtime
        .task(HostileExceptionsTest::raise, what, eventLog())
        .maxRetries(0)
        .remote();
    assertThat(failureOf(runtime.task((Integer x) -> x + 1, first).remote()))
        .isExactlyInstanceOf(TaskFailedException.class);
    var actor = runtime.actor((Integer x) -> new ThrowingActor(), first).remote();
    assertThat(failureOf(actor.call(ThrowingActor::one).remote()))
        .isInstanceOf(MobulaException.class);
  }

  @Test
  void namesWhatTheExceptionWasAndWhereItWasThrown() throws Exception {
    var failure = failureOf(runtime
        .task(HostileExceptionsTest::raise, HostileExceptions.GET_MESSAGE, eventLog())
        .remote());
    assertThat(failure)
        .hasMessageContaining(GetMessage.class.getName())
        .hasMessageContaining("getMessage fails");
    assertThat(failure.getCause().getStackTrace())
        .anySatisfy(frame -> assertThat(frame.getMethodName()).isEqualTo("raise"));
  }

  @Test
  void isTriedAgainWhereItsClassIsNamed() throws Exception {
    var eventLog = eventLog();
    failureOf(runtime
        .task(HostileExceptionsTest::raise, HostileExceptions.GET_MESSAGE, eventLog)
        .maxRetries(2)
        .retryOn(GetMessage.class)
        .backoff(Duration.ofMillis(1))
        .remote());
    assertThat(eventLog.events()).hasSize(3);
  }

  @Test
  void isNotTriedAgainWhereAnotherClassIsNamed() throws Exception {
    var eventLog = eventLog();
    failureOf(runtime
        .task(HostileExceptionsTest::raise, HostileExceptions.TO_STRING, eventLog)
        .maxRetries(2)
        .retryOn(GetMessage.class)
        .backoff(Duration.ofMillis(1))
        .remote());
    assertThat(eventLog.events()).hasSize(1);
  }
}
