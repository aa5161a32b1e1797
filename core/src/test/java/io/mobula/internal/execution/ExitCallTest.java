package io.mobula.internal.execution;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ForkJoinPool;
import org.junit.jupiter.api.Test;

/** Test of who has called {@link System#exit}; no thread here starts or exits. */
class ExitCallTest {
  private static final Runnable NOTHING = () -> {};

  private final Thread worker = new Thread(new ThreadGroup("slot-1"), NOTHING, "worker-1");

  private static Thread in(ThreadGroup group) {
    return new Thread(group, NOTHING, "caller");
  }

  @Test
  void aWorkerHasMadeTheCallOfItselfAndOfTheThreadsItStarted() {
    assertThat(new ExitCall(Set.of(worker)).isMadeBy(worker)).isTrue();
    assertThat(new ExitCall(Set.of(in(worker.getThreadGroup()))).isMadeBy(worker))
        .isTrue();
    assertThat(new ExitCall(Set.of(in(new ThreadGroup("slot-2")))).isMadeBy(worker))
        .isFalse();
  }

  @Test
  void aCallThatCannotBeAttributedIsEveryWorkers() {
    assertThat(new ExitCall(Set.of()).isMadeBy(worker)).isTrue();
    var shared =
        ForkJoinPool.defaultForkJoinWorkerThreadFactory.newThread(ForkJoinPool.commonPool());
    assertThat(new ExitCall(Set.of(shared)).isMadeBy(worker)).isTrue();
  }

  @Test
  void aCallerIsKnownByThePrefixOfItsNameOrOfItsGroup() {
    var call = new ExitCall(Set.of(worker));
    assertThat(call.isMadeByOneOf(List.of("other", "worker-"))).isTrue();
    assertThat(call.isMadeByOneOf(List.of("slot-"))).isTrue();
    assertThat(call.isMadeByOneOf(List.of("slot-2", "orker"))).isFalse();
  }

  @Test
  void aJvmThatGoesOnHasNoExitCall() {
    assertThat(ExitCall.find()).isNull();
  }
}
