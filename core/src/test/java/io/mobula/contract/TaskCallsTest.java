package io.mobula.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.Mobula;
import io.mobula.NodeId;
import io.mobula.ObjectRef;
import io.mobula.ResultForm;
import io.mobula.Task1;
import io.mobula.Task2;
import io.mobula.error.CodecException;
import io.mobula.error.InvalidRequestException;
import io.mobula.error.MobulaException;
import io.mobula.error.TaskFailedException;
import io.mobula.placement.Placement;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Test of calls of functions: forms, arguments, results and failures. */
class TaskCallsTest extends ContractTest {

  static int square(int x) {
    return x * x;
  }

  static String join(Object a, Object b) {
    return a + "|" + b;
  }

  static int size(List<?> list) {
    return list.size();
  }

  static int size(Map<?, ?> map) {
    return map.size() * 100;
  }

  static String typeName(@Nullable Object value) {
    return value == null
        ? "null"
        : value instanceof ObjectRef<?> ? "ref" : value.getClass().getSimpleName();
  }

  static <T> T same(T value) {
    return value;
  }

  static List<Integer> append(List<Integer> list) {
    list.add(99);
    return list;
  }

  static int readWhenOpen(int[] values, FileLatch latch) throws Exception {
    latch.await();
    return values[0];
  }

  @Test
  void argumentsFirst() {
    assertThat(runtime.task(TaskCallsTest::square, 7).remote().get()).isEqualTo(49);
  }

  @Test
  void functionFirstGivesATaskToKeep() {
    Task1<Integer, Integer> square = runtime.task(TaskCallsTest::square);
    assertThat(square.remote(3).get()).isEqualTo(9);
    assertThat(square.remote(4).get()).isEqualTo(16);
  }

  @Test
  void optionsOfAKeptTaskDoNotChangeTheOneTheyWereAskedOf() {
    Task1<Integer, Integer> square = runtime.task(TaskCallsTest::square);
    assertThat(square.cpus(2)).isNotSameAs(square);
    var impossible = square.cpus(400).totalTimeout(java.time.Duration.ofMillis(50));
    assertThatThrownBy(() -> impossible.remote(1).get()).isInstanceOf(MobulaException.class);
    assertThat(square.remote(5).get()).isEqualTo(25);
  }

  @Test
  void oneBoundCallStartsOftenAndEachTimeAnew() {
    var call = runtime.task(TaskCallsTest::append, new ArrayList<>(List.of(1)));
    assertThat(call.remote().get()).containsExactly(1, 99);
    assertThat(call.remote().get()).containsExactly(1, 99);
  }

  @Test
  void refsAreArgumentsAndAreResolvedBeforeTheCall() {
    var four = runtime.task(TaskCallsTest::square, 2).remote();
    assertThat(runtime.task(TaskCallsTest::square, four).remote().get()).isEqualTo(16);
    Task2<Object, Object, String> join = runtime.task(TaskCallsTest::join);
    assertThat(join.remote(four, "x").get()).isEqualTo("4|x");
    assertThat(runtime.task(TaskCallsTest::join, four, four).remote().get()).isEqualTo("4|4");
    assertThat(runtime.task(TaskCallsTest::join, 1, four).remote().get()).isEqualTo("1|4");
  }

  @Test
  void refsOfPutValuesAreArguments() {
    assertThat(runtime
            .task(TaskCallsTest::size, runtime.put(List.of(1, 2, 3)))
            .remote()
            .get())
        .isEqualTo(3);
  }

  @Test
  void overloadsAreToldApartByTheirArguments() {
    assertThat(runtime.task(TaskCallsTest::size, List.of(1)).remote().get()).isEqualTo(1);
    assertThat(runtime.task(TaskCallsTest::size, Map.of(1, 2)).remote().get()).isEqualTo(100);
    assertThat(runtime.task(Math::max, 3, 4).remote().get()).isEqualTo(4);
  }

  @Test
  void lambdasAndGenericMethodsWork() {
    assertThat(runtime.task(x -> x + 1, 4).remote().get()).isEqualTo(5);
    assertThat(runtime.task(TaskCallsTest::same, "a").remote().get()).isEqualTo("a");
    assertThat(runtime
            .task((a, b, c, d, e, f) -> a + b + c + d + e + f, 1, 2, 3, 4, 5, 6)
            .remote()
            .get())
        .isEqualTo(21);
    assertThat(runtime.task(() -> "none").remote().get()).isEqualTo("none");
  }

  @Test
  void voidFunctionsAreActionsAndGiveNull() throws Exception {
    var eventLog = eventLog();
    assertThat(runtime.action(FileEventLog::add, eventLog, "here").remote().get())
        .isNull();
    assertThat(eventLog.events()).containsExactly("here");
  }

  @Test
  void theFacadeDoesTheSame() {
    assertThat(Mobula.task(TaskCallsTest::square, 3).remote().get()).isEqualTo(9);
    assertThat(Mobula.task(TaskCallsTest::square).remote(Mobula.put(4)).get()).isEqualTo(16);
  }

  @Test
  void aParameterOfObjectGivenARefAsObjectGetsTheRef() {
    Object ref = runtime.put("x");
    assertThat(runtime.task(TaskCallsTest::typeName, ref).remote().get()).isEqualTo("ref");
    assertThat(runtime.task(TaskCallsTest::typeName, runtime.put("x")).remote().get())
        .isEqualTo("String");
  }

  @Test
  void nullIsAnArgumentAndAResult() {
    assertThat(runtime.task(TaskCallsTest::typeName, (Object) null).remote().get())
        .isEqualTo("null");
    ObjectRef<Object> none = null;
    assertThat(runtime.task(TaskCallsTest::typeName, none).remote().get()).isEqualTo("null");
    assertThat(runtime.task(() -> (String) null).remote().get()).isNull();
    ObjectRef<String> nullRef = runtime.task(() -> (String) null).remote();
    assertThat(runtime.task(TaskCallsTest::typeName, nullRef).remote().get()).isEqualTo("null");
  }

  @Test
  void nullFunctionsAreRefusedInTheCallersThread() {
    assertThatThrownBy(() -> runtime.task((Task0Function) null))
        .isInstanceOf(NullPointerException.class);
  }

  interface Task0Function extends io.mobula.Fn0<Integer> {}

  @Test
  void argumentsAreCopiedWhenPassed() throws Exception {
    var latch = latch();
    int[] values = {1};
    var ref = runtime.task(TaskCallsTest::readWhenOpen, values, latch).remote();
    values[0] = 2;
    latch.open();
    assertThat(ref.get()).isEqualTo(1);
  }

  @Test
  void largeArgumentsAreCopiedWhenPassed() throws Exception {
    var latch = latch();
    int[] values = new int[200_000];
    values[0] = 1;
    var ref = runtime.task(TaskCallsTest::readWhenOpen, values, latch).remote();
    values[0] = 2;
    latch.open();
    assertThat(ref.get()).isEqualTo(1);
  }

  @Test
  void capturedValuesAreCopiedWhenPassed() throws Exception {
    var latch = latch();
    int[] captured = {1};
    var ref = runtime
        .task(() -> {
          latch.await();
          return captured[0]++;
        })
        .remote();
    captured[0] = 2;
    latch.open();
    assertThat(ref.get()).isEqualTo(1);
    assertThat(captured[0]).isEqualTo(2);
  }

  @Test
  void calleesCannotChangeTheCallersValue() {
    var list = new ArrayList<>(List.of(1));
    assertThat(runtime.task(TaskCallsTest::append, list).remote().get()).containsExactly(1, 99);
    assertThat(list).containsExactly(1);
    var ref = runtime.put(list);
    assertThat(runtime.task(TaskCallsTest::append, ref).remote().get()).containsExactly(1, 99);
    assertThat(ref.get()).containsExactly(1);
  }

  @Test
  void anExceptionIsTheCauseAndNamesTheTask() {
    var ref = runtime
        .task(() -> {
          throw new IOException("no such page");
        })
        .name("crawl")
        .remote();
    assertThatThrownBy(ref::get)
        .isInstanceOf(TaskFailedException.class)
        .hasMessageContaining("crawl")
        .hasMessageContaining("no such page")
        .cause()
        .isInstanceOf(IOException.class)
        .hasMessage("no such page");
  }

  @Test
  void aFailureTellsWhereItHappenedAndWhoAsked() {
    var ref = runtime.task(TaskCallsTest::failing, 1).remote();
    assertThatThrownBy(ref::get).satisfies(thrown -> {
      assertThat(thrown.getStackTrace())
          .anyMatch(frame -> frame.getMethodName().startsWith("aFailureTells"));
      assertThat(thrown.getCause().getStackTrace())
          .anyMatch(frame -> frame.getMethodName().equals("failing"));
    });
  }

  static int failing(int x) {
    throw new IllegalArgumentException("bad " + x);
  }

  @Test
  void anErrorFailsItsTaskAndNothingElse() {
    var ref = runtime
        .task(() -> {
          throw new StackOverflowError("too deep");
        })
        .remote();
    assertThatThrownBy(ref::get)
        .isInstanceOf(TaskFailedException.class)
        .hasCauseInstanceOf(StackOverflowError.class);
    assertThat(runtime.task(TaskCallsTest::square, 2).remote().get()).isEqualTo(4);
  }

  @Test
  void theFailureOfAnArgumentIsTheFailureOfTheCall() {
    var failed = runtime.task(TaskCallsTest::failing, 5).remote();
    var next = runtime.task(TaskCallsTest::square, failed).remote();
    assertThatThrownBy(next::get)
        .isInstanceOf(TaskFailedException.class)
        .rootCause()
        .hasMessage("bad 5");
  }

  @Test
  void aLongChainOfCallsFailsWithItsFirst() throws Exception {
    var latch = latch();
    ObjectRef<Integer> last = runtime
        .task(
            x -> {
              latch.await();
              return TaskCallsTest.failing(x);
            },
            1)
        .remote();
    var square = runtime.task(TaskCallsTest::square);
    for (int i = 0; i < 20_000; i++) {
      last = square.remote(last);
    }
    latch.open();
    var end = last;
    assertThatThrownBy(() -> end.get(LONG))
        .isInstanceOf(TaskFailedException.class)
        .rootCause()
        .hasMessage("bad 1");
  }

  @Test
  void aLongChainOfCallsIsDone() {
    var increment = runtime.task((Integer x) -> x + 1);
    var last = runtime.put(0);
    for (int i = 0; i < 10_000; i++) {
      last = increment.remote(last);
    }
    assertThat(last.get(LONG)).isEqualTo(10_000);
  }

  record UnencodableValue(Thread thread) {}

  @Test
  void unencodableArgumentsFailInTheCallersThreadAndNameTheField() {
    var call = runtime.task(
        TaskCallsTest::typeName, (Object) List.of(new UnencodableValue(Thread.currentThread())));
    assertThatThrownBy(call::remote)
        .isInstanceOf(CodecException.class)
        .hasMessageContaining("thread");
  }

  @Test
  void unencodableCapturedValuesFailInTheCallersThread() {
    var captured = new UnencodableValue(Thread.currentThread());
    var call = runtime.task(() -> captured.toString());
    assertThatThrownBy(call::remote)
        .isInstanceOf(CodecException.class)
        .hasMessageContaining("thread");
  }

  @Test
  void unencodableResultsFailTheirRefAndNameTaskAndField() {
    var ref = runtime
        .task(() -> new UnencodableValue(Thread.currentThread()))
        .name("lookup")
        .remote();
    assertThatThrownBy(ref::get)
        .isInstanceOf(CodecException.class)
        .hasMessageContaining("lookup")
        .hasMessageContaining("thread");
  }

  @Test
  void unencodableResultsAreNotRetried() throws Exception {
    var eventLog = eventLog();
    var ref = runtime
        .task(() -> {
          eventLog.add("run");
          return new UnencodableValue(Thread.currentThread());
        })
        .retryOn(Throwable.class)
        .remote();
    assertThatThrownBy(ref::get).isInstanceOf(CodecException.class);
    assertThat(eventLog.count("run")).isEqualTo(1);
  }

  @Test
  void functionsMayReturnAStage() throws Exception {
    var latch = latch();
    ObjectRef<Integer> ref =
        runtime.task(TaskCallsTest::later, latch, 5).remote(ResultForm.async());
    assertThat(ref.isReady()).isFalse();
    latch.open();
    assertThat(ref.get()).isEqualTo(5);
  }

  static CompletionStage<Integer> later(FileLatch latch, int value) {
    return CompletableFuture.supplyAsync(() -> {
      try {
        latch.await();
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
      return value;
    });
  }

  @Test
  void aStageThatFailsIsAFailureWithItsCause() {
    var ref = runtime
        .task(() -> CompletableFuture.supplyAsync(() -> TaskCallsTest.failing(3)))
        .remote();
    assertThatThrownBy(ref::get)
        .isInstanceOf(TaskFailedException.class)
        .cause()
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("bad 3");
  }

  @Test
  void aTaskWhoseStageIsStillOpenHoldsNoCpu() throws Exception {
    var latch = latch();
    var open = new ArrayList<ObjectRef<?>>();
    for (int i = 0; i < 4; i++) {
      open.add(runtime.task(TaskCallsTest::later, latch, i).remote());
    }
    assertThat(runtime.task(TaskCallsTest::square, 3).cpus(4).remote().get(LONG))
        .isEqualTo(9);
    assertThat(open).noneMatch(ObjectRef::isReady);
    latch.open();
    open.forEach(ObjectRef::get);
  }

  static List<Placement> needACluster() {
    return List.of(Placement.on(new NodeId(7)), Placement.labels("zone in (a, b)"));
  }

  @ParameterizedTest
  @MethodSource("needACluster")
  void placementsThatNeedAClusterAreRefusedAndSayWhatToDo(Placement placement) {
    RuntimeSource.assumeOneNode("a cluster has such placements");
    assertThatThrownBy(
            () -> runtime.task(TaskCallsTest::square, 1).placement(placement).remote())
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("cluster")
        .hasMessageContaining("spread()");
    assertThatThrownBy(
            () -> runtime.actor(ArrayList<String>::new).placement(placement).remote())
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("cluster");
  }

  @Test
  void placementNearARefNeedsAClusterToo() {
    RuntimeSource.assumeOneNode("a cluster has such placements");
    var near = Placement.near(runtime.put(1));
    assertThatThrownBy(
            () -> runtime.task(TaskCallsTest::square, 1).placement(near).remote())
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("cluster");
  }

  @Test
  void placementsThatMeanSomethingOnOneNodeAreAccepted() {
    assertThat(runtime
            .task(TaskCallsTest::square, 2)
            .placement(Placement.spread())
            .remote()
            .get())
        .isEqualTo(4);
    assertThat(runtime
            .task(TaskCallsTest::square, 2)
            .placement(Placement.anywhere())
            .remote()
            .get())
        .isEqualTo(4);
  }

  @Test
  void tasksNestTwoHundredDeepOnOneCpu() throws Exception {
    try (var small = RuntimeSource.present().open(settings().cpus(1))) {
      assertThat(small.task(TaskCallsTest::depth, 200).remote().get(LONG)).isEqualTo(200);
    }
  }

  static int depth(int levels) {
    return levels == 0
        ? 0
        : 1 + Mobula.task(TaskCallsTest::depth, levels - 1).remote().get();
  }

  @Test
  void argumentsOfAWrongTypeForARawFunctionAreRefused() {
    @SuppressWarnings({"unchecked", "rawtypes"})
    var raw = (Task1<Object, Object>) (Task1) runtime.task(TaskCallsTest::square);
    assertThatThrownBy(() -> raw.remote("seven"))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("String")
        .hasMessageContaining("Integer");
  }

  @Test
  void impossibleOptionsAreRefusedWhenTheyAreSaid() {
    var call = runtime.task(TaskCallsTest::square, 1);
    var minus = java.time.Duration.ofMillis(-1);
    assertThatThrownBy(() -> call.cpus(-1)).isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> call.cpus(Double.NaN)).isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> call.cpus(Double.POSITIVE_INFINITY))
        .isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> call.cpus(1e18)).isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> call.gpus(1.5)).isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> call.memory(-1)).isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> call.resource(" ", 1)).isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> call.maxRetries(-1)).isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> call.maxUnread(0)).isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> call.backoff(minus)).isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> call.timeout(minus)).isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> call.totalTimeout(minus)).isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> call.totalTimeout(java.time.Duration.ZERO))
        .isInstanceOf(InvalidRequestException.class);
    assertThatThrownBy(() -> call.timeout(null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> call.backoff(null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> call.name(null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> call.placement(null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> call.resource(null, 1)).isInstanceOf(NullPointerException.class);
  }
}
