package io.mobula.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

class MobulaExtensionTest {
  private static final List<MobulaRuntime> SEEN = new ArrayList<>();

  private static List<MobulaRuntime> run(Class<?> tests, int wanted) {
    SEEN.clear();
    var summary = execute(tests);
    assertThat(summary.getFailures())
        .extracting(failure -> failure.getException())
        .isEmpty();
    assertThat(summary.getTestsSucceededCount()).isEqualTo(wanted);
    return List.copyOf(SEEN);
  }

  private static TestExecutionSummary execute(Class<?> tests) {
    var listener = new SummaryGeneratingListener();
    LauncherFactory.create()
        .execute(
            LauncherDiscoveryRequestBuilder.request()
                .selectors(selectClass(tests))
                .build(),
            listener);
    return listener.getSummary();
  }

  private static void use(MobulaRuntime runtime) {
    assertThat(runtime.isClosed()).isFalse();
    assertThat(runtime.task((Integer x) -> x * x, 3).remote().get()).isEqualTo(9);
    SEEN.add(runtime);
  }

  @ExtendWith(MobulaExtension.class)
  static class OneForTheClass {
    @BeforeAll
    static void before(MobulaRuntime runtime) {
      use(runtime);
    }

    @Test
    void one(MobulaRuntime runtime) {
      use(runtime);
    }

    @Test
    void two(MobulaRuntime runtime) {
      use(runtime);
      assertThat(Mobula.runtime()).isSameAs(runtime);
    }

    @Nested
    class Inside {
      @Test
      void three(MobulaRuntime runtime) {
        use(runtime);
      }
    }
  }

  static class OneForEachTest {
    @RegisterExtension
    final MobulaExtension mobula =
        MobulaExtension.with(Mobula.settings().cpus(3).storeCapacity(1 << 20));

    @Test
    void one(MobulaRuntime runtime) {
      use(runtime);
      assertThat(mobula.runtime()).isSameAs(runtime);
      assertThat(runtime.totalResources().amount("CPU")).isEqualTo(3);
    }

    @Test
    void two() {
      use(mobula.runtime());
    }
  }

  static class OneInAStaticField {
    @RegisterExtension
    static final MobulaExtension MOBULA = new MobulaExtension();

    @Test
    void one() {
      use(MOBULA.runtime());
    }

    @Test
    void two() {
      use(MOBULA.runtime());
    }
  }

  private static final Semaphore GATE = new Semaphore(0);

  private static int hold() throws InterruptedException {
    GATE.acquire();
    return 1;
  }

  @ExtendWith(MobulaExtension.class)
  @TestMethodOrder(MethodOrderer.MethodName.class)
  static class LeakyTests {
    @Test
    void a_leavesATaskRunning(MobulaRuntime runtime) {
      runtime.task(MobulaExtensionTest::hold).remote();
    }

    @Test
    void b_leavesNothing(MobulaRuntime runtime) {
      use(runtime);
    }

    @Test
    @AllowPending("it is what the test is about")
    void c_meansToLeaveATask(MobulaRuntime runtime) {
      runtime.task(MobulaExtensionTest::hold).remote();
    }

    @Test
    void d_leavesAThread(MobulaRuntime runtime) throws Exception {
      var ref = runtime.task(MobulaExtensionTest::hold).cpus(0).remote();
      Thread.ofPlatform().daemon().name("left-behind").start(() -> {
        try {
          ref.get();
        } catch (RuntimeException closed) {
          GATE.release();
        }
      });
      while (runtime.pending().stream().noneMatch(each -> each.what().contains("left-behind"))) {
        Thread.onSpinWait();
      }
    }
  }

  @Test
  void failsATestThatEndsWhileSomethingIsPending() {
    var failures = execute(LeakyTests.class).getFailures();
    assertThat(failures)
        .extracting(failure -> failure.getTestIdentifier().getDisplayName())
        .containsExactly("a_leavesATaskRunning(MobulaRuntime)", "d_leavesAThread(MobulaRuntime)");
    assertThat(failures.getFirst().getException())
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("MobulaExtensionTest.hold")
        .hasMessageContaining("runs in thread mobula-task")
        .hasMessageContaining("@AllowPending");
    assertThat(failures.getLast().getException())
        .hasMessageContaining("thread left-behind waits for 1 of 1 objects");
  }

  @Test
  void givesAClassOneNodeAndClosesIt() {
    var seen = run(OneForTheClass.class, 3);
    assertThat(seen).hasSize(4).containsOnly(seen.getFirst()).allMatch(MobulaRuntime::isClosed);
  }

  @Test
  void givesEachTestANodeOfItsOwnAndClosesIt() {
    var seen = run(OneForEachTest.class, 2);
    assertThat(seen).hasSize(2).doesNotHaveDuplicates().allMatch(MobulaRuntime::isClosed);
  }

  @Test
  void aStaticFieldMeansOneNode() {
    var seen = run(OneInAStaticField.class, 2);
    assertThat(seen).hasSize(2).containsOnly(seen.getFirst()).allMatch(MobulaRuntime::isClosed);
    assertThatThrownBy(OneInAStaticField.MOBULA::runtime).isInstanceOf(IllegalStateException.class);
  }
}
