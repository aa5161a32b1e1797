package io.mobula;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Test that runs a call form of each kind: forms that {@link CallFormsTest} compiles also return
 * the right value.
 */
class CallFormsRunTest {
  private static MobulaRuntime runtime;

  @BeforeAll
  static void open() {
    runtime = Mobula.init(Mobula.settings().cpus(2));
  }

  @AfterAll
  static void close() {
    runtime.close();
  }

  static int sum6(int a, int b, int c, int d, int e, int f) {
    return a + 10 * b + 100 * c + 1_000 * d + 10_000 * e + 100_000 * f;
  }

  static int total(int... all) {
    return all.length;
  }

  static <T> List<T> pair(T a, T b) {
    return List.of(a, b);
  }

  static String kind(Object any) {
    return any instanceof ObjectRef ? "ref" : "value";
  }

  static boolean isNull(Integer x) {
    return x == null;
  }

  static int first(ObjectRef<Integer> ref) {
    return ref.get();
  }

  record Box<T>(T content) {}

  @Test
  void putsSixArgumentsInTheirPlacesWhicheverAreRefs() {
    var one = runtime.put(1);
    var six = runtime.put(6);

    assertThat(runtime.task(CallFormsRunTest::sum6, 1, 2, 3, 4, 5, 6).remote().get())
        .isEqualTo(654_321);
    assertThat(
            runtime.task(CallFormsRunTest::sum6, one, 2, 3, 4, 5, six).remote().get())
        .isEqualTo(654_321);
    assertThat(runtime
            .task(CallFormsRunTest::sum6, 1, one, six, one, six, 6)
            .remote()
            .get())
        .isEqualTo(661_611);
  }

  @Test
  void runsOverloadedGenericAndJdkFunctions() {
    var two = runtime.put(2);

    assertThat(runtime.task(Math::max, 1, two).remote().get()).isEqualTo(2);
    assertThat(runtime.task(Math::max, 1.5, 0.5).remote().get()).isEqualTo(1.5);
    assertThat(runtime.task(String::valueOf, two).remote().get()).isEqualTo("2");
    assertThat(runtime.task(String::substring, "substring", two, 4).remote().get())
        .isEqualTo("bs");
    assertThat(runtime.task(BigDecimal::new, "1.5").remote().get())
        .isEqualTo(new BigDecimal("1.5"));
    assertThat(runtime.task(CallFormsRunTest::pair, two, 3).remote().get()).containsExactly(2, 3);
    assertThat(runtime.task(CallFormsRunTest::total, 1, 2, 3).remote().get()).isEqualTo(3);
    assertThat(runtime
            .task(CallFormsRunTest::total, runtime.put(new int[] {7}))
            .remote()
            .get())
        .isEqualTo(1);
    assertThat(runtime.task(Box<Integer>::new, two).remote().get()).isEqualTo(new Box<>(2));
  }

  @Test
  void runsLambdasThatCaptureValuesRefsAndFunctions() {
    int three = 3;
    var two = runtime.put(2);
    Fn1<Integer, Integer> negate = x -> -x;

    assertThat(runtime.task(x -> x * three, two).remote().get()).isEqualTo(6);
    assertThat(runtime.task(() -> two.get() + three).remote().get()).isEqualTo(5);
    assertThat(runtime.task(negate, two).remote().get()).isEqualTo(-2);
    assertThat(runtime.task(x -> negate.apply(x) * three, 2).remote().get()).isEqualTo(-6);
  }

  @Test
  void resolvesARefByItsStaticTypeOnly() {
    var two = runtime.put(2);
    Task1<Object, String> kind = runtime.task(CallFormsRunTest::kind);

    assertThat(kind.remote(two).get()).isEqualTo("value");
    assertThat(kind.remote((Object) two).get()).isEqualTo("ref");
    assertThat(runtime.task(CallFormsRunTest::first, two).remote().get()).isEqualTo(2);
    assertThat(runtime.task(CallFormsRunTest::isNull, null).remote().get()).isTrue();
    assertThat(runtime.task(CallFormsRunTest::isNull, (Integer) null).remote().get())
        .isTrue();
  }

  @Test
  void makesAndCallsActorsOfAnyClass() {
    var two = runtime.put(2);
    var number = runtime.actor(AtomicInteger::new, two).remote();
    ActorHandle<List<String>> list = runtime.<List<String>>actor(ArrayList::new).remote();
    list.call(List::add, "a").remote();
    list.tell(l -> l.add("b")).remote();

    assertThat(number.call(AtomicInteger::addAndGet, two).remote().get()).isEqualTo(4);
    assertThat(number.call(Number::doubleValue).remote().get()).isEqualTo(4.0);
    assertThat(list.call(List::size).remote().get()).isEqualTo(2);
    assertThat(list.call((l, i) -> l.get(i), 1).remote().get()).isEqualTo("b");
  }

  @Test
  void keepsATaskToStartItOften() {
    var task = runtime.task((Integer x) -> x + 1);
    var ref = task.remote(1);
    for (int i = 0; i < 10; i++) {
      ref = task.remote(ref);
    }

    assertThat(ref.get()).isEqualTo(12);
  }
}
