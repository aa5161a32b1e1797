package io.mobula.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

class MobulaExtensionTest {
  private static final List<MobulaRuntime> SEEN = new ArrayList<>();

  private static List<MobulaRuntime> run(Class<?> tests, int wanted) {
    SEEN.clear();
    var listener = new SummaryGeneratingListener();
    LauncherFactory.create()
        .execute(
            LauncherDiscoveryRequestBuilder.request()
                .selectors(selectClass(tests))
                .build(),
            listener);
    assertThat(listener.getSummary().getFailures())
        .extracting(failure -> failure.getException())
        .isEmpty();
    assertThat(listener.getSummary().getTestsSucceededCount()).isEqualTo(wanted);
    return List.copyOf(SEEN);
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
