package io.mobula.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.Mobula;
import io.mobula.ObjectRef;
import io.mobula.Resources;
import io.mobula.error.UnschedulableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Resources: what is granted, what waits and why, and what is refused. */
class ResourcesContractTest extends ContractTest {

  static int hold(Journal journal, Gate gate) throws Exception {
    journal.add("enter");
    gate.await();
    journal.add("leave");
    return 1;
  }

  static int touch(Journal journal, int spins) throws Exception {
    journal.add("enter");
    for (int i = 0; i < spins * 100; i++) {
      Thread.onSpinWait();
    }
    journal.add("leave");
    return 1;
  }

  private void idle() throws Exception {
    Eventually.equal(runtime.totalResources(), runtime::availableResources);
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
    idle(); // a slot of the test before may keep its lease for a moment
    var gate = gate();
    var journal = journal();
    var ref = runtime
        .task(ResourcesContractTest::hold, journal, gate)
        .cpus(1.5)
        .gpus(0.25)
        .resource("Licence", 2)
        .memory(1000)
        .remote();
    journal.await("enter", 1);
    var free = runtime.availableResources();
    assertThat(free.amount(Resources.CPU)).isEqualTo(2.5);
    assertThat(free.amount(Resources.GPU)).isEqualTo(1.75);
    assertThat(free.amount("Licence")).isEqualTo(1);
    assertThat(free.units(Resources.MEMORY))
        .isEqualTo(runtime.totalResources().units(Resources.MEMORY) - 1000);
    gate.open();
    ref.get();
    idle();
  }

  @Test
  void neverMoreThanThereIsIsGranted() throws Exception {
    var journal = journal();
    var refs = new ArrayList<ObjectRef<Integer>>();
    var random = new Random(11);
    for (int i = 0; i < 200; i++) {
      refs.add(runtime
          .task(ResourcesContractTest::touch, journal, random.nextInt(50))
          .cpus(random.nextBoolean() ? 0 : 0.25)
          .resource("Licence", 1)
          .remote());
    }
    runtime.get(refs, LONG);
    assertThat(journal.most("enter", "leave")).isBetween(1, 3);
  }

  @Test
  void fractionsAddUp() throws Exception {
    var gate = gate();
    var journal = journal();
    var refs = new ArrayList<ObjectRef<Integer>>();
    for (int i = 0; i < 7; i++) {
      refs.add(runtime
          .task(ResourcesContractTest::hold, journal, gate)
          .cpus(0)
          .gpus(0.3333)
          .remote());
    }
    journal.await("enter", 6);
    assertThat(runtime.availableResources().amount(Resources.GPU)).isLessThan(0.3333);
    assertThat(refs.stream().filter(ObjectRef::isReady)).isEmpty();
    gate.open();
    runtime.get(refs, LONG);
    assertThat(journal.most("enter", "leave")).isEqualTo(6);
    idle();
  }

  static int nested(Gate inner, Journal journal) throws Exception {
    journal.add("outer");
    return Mobula.task(ResourcesContractTest::hold, journal, inner)
        .cpus(4)
        .remote()
        .get();
  }

  @Test
  void aBlockingGetGivesTheCpuBackButNoOtherResource() throws Exception {
    var gate = gate();
    var journal = journal();
    var ref = runtime
        .task(ResourcesContractTest::nested, gate, journal)
        .cpus(4)
        .gpus(1)
        .remote();
    journal.await("enter", 1);
    assertThat(runtime.availableResources().amount(Resources.GPU)).isEqualTo(1);
    gate.open();
    assertThat(ref.get(LONG)).isEqualTo(1);
    idle();
  }

  @Test
  void aBlockingWaitGivesTheCpuBack() throws Exception {
    var gate = gate();
    var journal = journal();
    var ref = runtime
        .task(() -> {
          var inner =
              Mobula.task(ResourcesContractTest::hold, journal, gate).cpus(4).remote();
          return Mobula.wait(List.of(inner), 1, LONG).ready().size();
        })
        .cpus(4)
        .remote();
    journal.await("enter", 1);
    gate.open();
    assertThat(ref.get(LONG)).isEqualTo(1);
    idle();
  }

  @Test
  void nothingIsGrantedWhileCpuIsOwed() throws Exception {
    var innerGate = gate();
    var outerGate = gate();
    var journal = journal();
    // The outer task resumes while the inner one still runs: both hold four CPUs then.
    var outer = runtime
        .task(() -> {
          var inner = Mobula.task(ResourcesContractTest::hold, journal, innerGate)
              .cpus(4)
              .remote();
          try {
            inner.get(Duration.ofMillis(300));
          } catch (io.mobula.error.GetTimeoutException resumed) {
            journal.add("resumed");
          }
          outerGate.await();
          return 1;
        })
        .cpus(4)
        .remote();
    journal.await("resumed", 1);
    journal.await("enter", 1);
    var late = runtime.task(ResourcesContractTest::touch, journal(), 1).cpus(1).remote();
    Eventually.until(
        "it is known to wait",
        () -> runtime.waiting().stream().anyMatch(waiting -> waiting.why().contains("CPU")));
    assertThat(runtime.availableResources().amount(Resources.CPU)).isZero();
    innerGate.open();
    journal.await("leave", 1);
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
      Eventually.until(
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
      Eventually.until("nothing waits", () -> own.waiting().isEmpty());
    }
  }

  @Test
  void whatWaitsAndWhyCanBeAsked() throws Exception {
    var gate = gate();
    var journal = journal();
    var holder = runtime
        .task(ResourcesContractTest::hold, journal, gate)
        .cpus(0)
        .resource("Licence", 2)
        .remote();
    journal.await("enter", 1);
    var waiter = runtime
        .task(ResourcesContractTest::touch, journal(), 1)
        .name("patient")
        .resource("Licence", 2)
        .remote();
    var dependent = runtime.task((Integer x) -> x, waiter).name("dependent").remote();
    Eventually.until(
        "the lack is reported",
        () -> runtime.waiting().stream()
            .anyMatch(waiting -> waiting.what().contains("patient")
                && waiting.wants().amount("Licence") == 2
                && waiting.why().contains("Licence")));
    assertThat(runtime.waiting()).anySatisfy(waiting -> {
      assertThat(waiting.what()).contains("dependent");
      assertThat(waiting.why()).contains(waiter.id().toString());
    });
    gate.open();
    runtime.get(List.of(holder, dependent), LONG);
    Eventually.until("nothing waits", () -> runtime.waiting().isEmpty());
  }

  @Test
  void aBigRequestIsNotStarvedByAStreamOfSmallOnes() throws Exception {
    var stop = gate();
    var feeders = new ArrayList<ObjectRef<Integer>>();
    for (int i = 0; i < 4; i++) {
      feeders.add(runtime
          .task(
              (Gate g, Journal j) -> {
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
              journal())
          .cpus(0)
          .remote());
    }
    var big =
        runtime.task(ResourcesContractTest::touch, journal(), 1).cpus(4).gpus(2).remote();
    assertThat(big.get(LONG)).isEqualTo(1);
    stop.open();
    runtime.get(feeders, LONG);
  }

  @Test
  void whatNeedsOtherResourcesPassesWhatWaits() throws Exception {
    var gate = gate();
    var journal = journal();
    var holder =
        runtime.task(ResourcesContractTest::hold, journal, gate).cpus(0).gpus(2).remote();
    journal.await("enter", 1);
    var waiter =
        runtime.task(ResourcesContractTest::touch, journal(), 1).cpus(0).gpus(1).remote();
    assertThat(runtime
            .task(ResourcesContractTest::touch, journal(), 1)
            .cpus(1)
            .remote()
            .get(LONG))
        .isEqualTo(1);
    assertThat(waiter.isReady()).isFalse();
    gate.open();
    runtime.get(List.of(holder, waiter), LONG);
  }

  @Test
  void aTaskOfNothingRunsWhileEverythingIsTaken() throws Exception {
    var gate = gate();
    var journal = journal();
    var holder =
        runtime.task(ResourcesContractTest::hold, journal, gate).cpus(4).remote();
    journal.await("enter", 1);
    assertThat(runtime
            .task(ResourcesContractTest::touch, journal(), 1)
            .cpus(0)
            .remote()
            .get(LONG))
        .isEqualTo(1);
    gate.open();
    holder.get();
  }

  @Test
  void tasksBehindABlockedOneRunElsewhere() throws Exception {
    var gate = gate();
    var journal = journal();
    var blocked = new ArrayList<ObjectRef<Integer>>();
    var last = runtime.task(ResourcesContractTest::hold, journal, gate).cpus(0).remote();
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
    gate.open();
    runtime.get(blocked, LONG);
  }

  @Test
  void aThousandKindsOfTaskRun() throws Exception {
    var refs = new ArrayList<ObjectRef<Integer>>();
    for (int i = 1; i <= 1000; i++) {
      refs.add(runtime.task((Integer x) -> x, i).cpus(i / 10_000.0).remote());
    }
    assertThat(runtime.get(refs, LONG)).hasSize(1000);
    idle();
  }
}
