package io.mobula.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.Mobula;
import io.mobula.ObjectRef;
import io.mobula.error.UnschedulableException;
import io.mobula.placement.Resources;
import io.mobula.testkit.PollingAssert;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Test of resources: which requests are granted, wait for a reason, or are refused. */
class ResourcesContractTest extends ContractTest {

  static int hold(FileEventLog eventLog, FileLatch latch) throws Exception {
    eventLog.add("enter");
    latch.await();
    eventLog.add("leave");
    return 1;
  }

  static int touch(FileEventLog eventLog, int spins) throws Exception {
    eventLog.add("enter");
    for (int i = 0; i < spins * 100; i++) {
      Thread.onSpinWait();
    }
    eventLog.add("leave");
    return 1;
  }

  private void idle() throws Exception {
    PollingAssert.untilEqual(runtime.totalResources(), runtime::availableResources);
  }

  @Test
  void totalIsWhatTheSettingsSay() {
    var total = runtime.totalResources();
    assertThat(total.amount(Resources.CPU)).isEqualTo(4);
    assertThat(total.amount(Resources.GPU)).isEqualTo(2);
    assertThat(total.amount("Licence")).isEqualTo(3);
    assertThat(total.units(Resources.MEMORY)).isPositive();
  }

  @Test
  void whatRunsIsTakenAndComesBack() throws Exception {
    idle(); // a task slot of the previous test may keep its lease briefly
    var latch = latch();
    var eventLog = eventLog();
    var ref = runtime
        .task(ResourcesContractTest::hold, eventLog, latch)
        .cpus(1.5)
        .gpus(0.25)
        .resource("Licence", 2)
        .memory(1000)
        .remote();
    eventLog.await("enter", 1);
    var free = runtime.availableResources();
    assertThat(free.amount(Resources.CPU)).isEqualTo(2.5);
    assertThat(free.amount(Resources.GPU)).isEqualTo(1.75);
    assertThat(free.amount("Licence")).isEqualTo(1);
    assertThat(free.units(Resources.MEMORY))
        .isEqualTo(runtime.totalResources().units(Resources.MEMORY) - 1000);
    latch.open();
    ref.get();
    idle();
  }

  @Test
  void neverMoreThanThereIsIsGranted() throws Exception {
    var eventLog = eventLog();
    var refs = new ArrayList<ObjectRef<Integer>>();
    var random = new Random(11);
    for (int i = 0; i < 200; i++) {
      refs.add(runtime
          .task(ResourcesContractTest::touch, eventLog, random.nextInt(50))
          .cpus(random.nextBoolean() ? 0 : 0.25)
          .resource("Licence", 1)
          .remote());
    }
    runtime.get(refs, LONG);
    assertThat(eventLog.maxConcurrent("enter", "leave")).isBetween(1, 3);
  }

  @Test
  void fractionsAddUp() throws Exception {
    var latch = latch();
    var eventLog = eventLog();
    var refs = new ArrayList<ObjectRef<Integer>>();
    for (int i = 0; i < 7; i++) {
      refs.add(runtime
          .task(ResourcesContractTest::hold, eventLog, latch)
          .cpus(0)
          .gpus(0.3333)
          .remote());
    }
    eventLog.await("enter", 6);
    assertThat(runtime.availableResources().amount(Resources.GPU)).isLessThan(0.3333);
    assertThat(refs.stream().filter(ObjectRef::isReady)).isEmpty();
    latch.open();
    runtime.get(refs, LONG);
    assertThat(eventLog.maxConcurrent("enter", "leave")).isEqualTo(6);
    idle();
  }

  static int nested(FileLatch inner, FileEventLog eventLog) throws Exception {
    eventLog.add("outer");
    return Mobula.task(ResourcesContractTest::hold, eventLog, inner)
        .cpus(4)
        .remote()
        .get();
  }

  @Test
  void aBlockingGetGivesTheCpuBackButNoOtherResource() throws Exception {
    var latch = latch();
    var eventLog = eventLog();
    var ref = runtime
        .task(ResourcesContractTest::nested, latch, eventLog)
        .cpus(4)
        .gpus(1)
        .remote();
    eventLog.await("enter", 1);
    assertThat(runtime.availableResources().amount(Resources.GPU)).isEqualTo(1);
    latch.open();
    assertThat(ref.get(LONG)).isEqualTo(1);
    idle();
  }

  @Test
  void aBlockingWaitGivesTheCpuBack() throws Exception {
    var latch = latch();
    var eventLog = eventLog();
    var ref = runtime
        .task(() -> {
          var inner =
              Mobula.task(ResourcesContractTest::hold, eventLog, latch).cpus(4).remote();
          return Mobula.wait(List.of(inner), 1, LONG).ready().size();
        })
        .cpus(4)
        .remote();
    eventLog.await("enter", 1);
    latch.open();
    assertThat(ref.get(LONG)).isEqualTo(1);
    idle();
  }

  @Test
  void nothingIsGrantedWhileCpuIsOwed() throws Exception {
    var innerGate = latch();
    var outerGate = latch();
    var eventLog = eventLog();
    // The outer task resumes while the inner one is still running: both hold four CPUs then.
    var outer = runtime
        .task(() -> {
          var inner = Mobula.task(ResourcesContractTest::hold, eventLog, innerGate)
              .cpus(4)
              .remote();
          try {
            inner.get(Duration.ofMillis(300));
          } catch (io.mobula.error.GetTimeoutException resumed) {
            eventLog.add("resumed");
          }
          outerGate.await();
          return 1;
        })
        .cpus(4)
        .remote();
    eventLog.await("resumed", 1);
    eventLog.await("enter", 1);
    var late = runtime.task(ResourcesContractTest::touch, eventLog(), 1).cpus(1).remote();
    PollingAssert.until(
        "it is known to wait",
        () -> runtime.waiting().stream().anyMatch(waiting -> waiting.why().contains("CPU")));
    assertThat(runtime.availableResources().amount(Resources.CPU)).isZero();
    innerGate.open();
    eventLog.await("leave", 1);
    assertThat(late.isReady()).isFalse();
    outerGate.open();
    assertThat(outer.get(LONG)).isEqualTo(1);
    assertThat(late.get(LONG)).isEqualTo(1);
    idle();
  }

  @Test
  void whatCanNeverBeIsRefusedAtOnceAndNamesBothSides() {
    RuntimeSource.assumeOneNode("a cluster waits for a node that has as much");
    assertThatThrownBy(() -> runtime.task(() -> 1).name("big").cpus(5).remote())
        .isInstanceOf(UnschedulableException.class)
        .hasMessageContaining("big")
        .hasMessageContaining("CPU=5")
        .hasMessageContaining("CPU=4");
    assertThatThrownBy(() -> runtime.task(() -> 1).gpus(3).remote())
        .isInstanceOf(UnschedulableException.class);
    assertThatThrownBy(() -> runtime.task(() -> 1).resource("TPU", 0.0001).remote())
        .isInstanceOf(UnschedulableException.class)
        .hasMessageContaining("TPU")
        .hasMessageContaining("Licence=3");
    assertThatThrownBy(() -> runtime.task(() -> 1).memory(Long.MAX_VALUE).remote())
        .isInstanceOf(UnschedulableException.class);
    assertThatThrownBy(() -> runtime.actor(ArrayList<String>::new).cpus(5).remote())
        .isInstanceOf(UnschedulableException.class)
        .hasMessageContaining("ArrayList");
  }

  @Test
  void inAClusterWhatCanNeverBeWaitsForANodeAndThenSaysWhatWasAskedAndWhatThereIs()
      throws Exception {
    RuntimeSource.assumeCluster("a node alone refuses at once");
    var settings = settings().set("mobula.placement.unschedulable-timeout", "2s");
    try (var own = RuntimeSource.present().open(settings)) {
      var task = own.task(() -> 1).name("big").cpus(5).remote();
      var actor = own.actor(ArrayList<String>::new).gpus(3).remote();
      var call = actor.call((ArrayList<String> list) -> list.size()).remote();
      PollingAssert.until(
          "the lack is reported",
          () -> own.waiting().stream()
              .anyMatch(waiting ->
                  waiting.what().contains("big") && waiting.why().contains("no node has")));
      assertThatThrownBy(() -> task.get(LONG))
          .isInstanceOf(UnschedulableException.class)
          .hasMessageContaining("big")
          .hasMessageContaining("CPU=5")
          .hasMessageContaining("CPU=4");
      assertThatThrownBy(() -> call.get(LONG))
          .isInstanceOf(UnschedulableException.class)
          .hasMessageContaining("ArrayList")
          .hasMessageContaining("GPU=3");
      assertThat(own.task(() -> 7).cpus(4).remote().get(LONG)).isEqualTo(7);
      PollingAssert.until("nothing waits", () -> own.waiting().isEmpty());
    }
  }

  @Test
  void whatWaitsAndWhyCanBeAsked() throws Exception {
    var latch = latch();
    var eventLog = eventLog();
    var holder = runtime
        .task(ResourcesContractTest::hold, eventLog, latch)
        .cpus(0)
        .resource("Licence", 2)
        .remote();
    eventLog.await("enter", 1);
    var waiter = runtime
        .task(ResourcesContractTest::touch, eventLog(), 1)
        .name("patient")
        .resource("Licence", 2)
        .remote();
    var dependent = runtime.task((Integer x) -> x, waiter).name("dependent").remote();
    PollingAssert.until(
        "the lack is reported",
        () -> runtime.waiting().stream()
            .anyMatch(waiting -> waiting.what().contains("patient")
                && waiting.wants().amount("Licence") == 2
                && waiting.why().contains("Licence")));
    assertThat(runtime.waiting()).anySatisfy(waiting -> {
      assertThat(waiting.what()).contains("dependent");
      assertThat(waiting.why()).contains(waiter.id().toString());
    });
    latch.open();
    runtime.get(List.of(holder, dependent), LONG);
    PollingAssert.until("nothing waits", () -> runtime.waiting().isEmpty());
  }

  @Test
  void aBigRequestIsNotStarvedByAStreamOfSmallOnes() throws Exception {
    var stop = latch();
    var feeders = new ArrayList<ObjectRef<Integer>>();
    for (int i = 0; i < 4; i++) {
      feeders.add(runtime
          .task(
              (FileLatch g, FileEventLog j) -> {
                int rounds = 0;
                while (!g.isOpen()) {
                  Mobula.get(List.of(
                      Mobula.task(ResourcesContractTest::touch, j, 20).remote(),
                      Mobula.task(ResourcesContractTest::touch, j, 20).remote(),
                      Mobula.task(ResourcesContractTest::touch, j, 20).cpus(0.5).remote()));
                  rounds++;
                }
                return rounds;
              },
              stop,
              eventLog())
          .cpus(0)
          .remote());
    }
    var big = runtime
        .task(ResourcesContractTest::touch, eventLog(), 1)
        .cpus(4)
        .gpus(2)
        .remote();
    assertThat(big.get(LONG)).isEqualTo(1);
    stop.open();
    runtime.get(feeders, LONG);
  }

  @Test
  void whatNeedsOtherResourcesPassesWhatWaits() throws Exception {
    var latch = latch();
    var eventLog = eventLog();
    var holder = runtime
        .task(ResourcesContractTest::hold, eventLog, latch)
        .cpus(0)
        .gpus(2)
        .remote();
    eventLog.await("enter", 1);
    var waiter = runtime
        .task(ResourcesContractTest::touch, eventLog(), 1)
        .cpus(0)
        .gpus(1)
        .remote();
    assertThat(runtime
            .task(ResourcesContractTest::touch, eventLog(), 1)
            .cpus(1)
            .remote()
            .get(LONG))
        .isEqualTo(1);
    assertThat(waiter.isReady()).isFalse();
    latch.open();
    runtime.get(List.of(holder, waiter), LONG);
  }

  @Test
  void aTaskOfNothingRunsWhileEverythingIsTaken() throws Exception {
    var latch = latch();
    var eventLog = eventLog();
    var holder =
        runtime.task(ResourcesContractTest::hold, eventLog, latch).cpus(4).remote();
    eventLog.await("enter", 1);
    assertThat(runtime
            .task(ResourcesContractTest::touch, eventLog(), 1)
            .cpus(0)
            .remote()
            .get(LONG))
        .isEqualTo(1);
    latch.open();
    holder.get();
  }

  @Test
  void tasksBehindABlockedOneRunElsewhere() throws Exception {
    var latch = latch();
    var eventLog = eventLog();
    var blocked = new ArrayList<ObjectRef<Integer>>();
    var last =
        runtime.task(ResourcesContractTest::hold, eventLog, latch).cpus(0).remote();
    for (int i = 0; i < 20; i++) {
      blocked.add(runtime
          .task((List<ObjectRef<Integer>> x) -> x.getFirst().get(), List.of(last))
          .remote());
    }
    var quick = new ArrayList<ObjectRef<Integer>>();
    for (int i = 0; i < 20; i++) {
      quick.add(runtime.task((Integer x) -> x, i).remote());
    }
    assertThat(runtime.get(quick, LONG)).hasSize(20);
    latch.open();
    runtime.get(blocked, LONG);
  }

  @Test
  void aThousandKindsOfTaskRun() throws Exception {
    var refs = new ArrayList<ObjectRef<Integer>>();
    for (int i = 1; i <= 1000; i++) {
      refs.add(runtime.task((Integer x) -> x, i).cpus(i / 10_000.0).remote());
    }
    PollingAssert.untilEqual(
        1000L, () -> refs.stream().filter(ObjectRef::isReady).count());
    assertThat(runtime.get(refs, LONG)).hasSize(1000);
    idle();
  }
}
