package io.mobula.internal.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import io.mobula.NodeId;
import io.mobula.error.UnschedulableException;
import io.mobula.internal.execution.Job;
import io.mobula.placement.Resources;
import io.mobula.spi.ActorSpawner;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Model test of the ledger with requesters that follow a seed: leases, blocking, recalls, order.
 */
class LedgerClientModelTest {
  private static final Resources TOTAL = Resources.none().cpus(4).gpus(2).resource("Licence", 3);

  private ActorTestKit kit;
  private LedgerClient ledger;

  @BeforeEach
  void start() {
    kit = ActorTestKit.create();
    ledger = LedgerClient.start(TOTAL, new ActorSpawner() {
      @Override
      public <T> ActorRef<T> spawn(Behavior<T> behavior, String name) {
        return kit.spawn(behavior, name);
      }
    });
  }

  @AfterEach
  void stop() {
    kit.shutdownTestKit();
  }

  /** Requester that keeps what it is granted until the test releases it. */
  private static class Client implements LeaseRequester {
    private final Resources wanted;
    private final Job job;
    private final List<Lease> granted = new CopyOnWriteArrayList<>();
    private final List<Lease> recalled = new CopyOnWriteArrayList<>();
    private volatile boolean wants = true;
    private boolean back;

    Client(Resources wanted) {
      this(wanted, new Job(new NodeId(1), false, null, 1));
    }

    Client(Resources wanted, Job job) {
      this.wanted = wanted;
      this.job = job;
    }

    void giveUp() {
      back = true;
      lease().release();
    }

    @Override
    public Job job() {
      return job;
    }

    @Override
    public Resources wanted() {
      return wanted;
    }

    @Override
    public String description() {
      return "client of " + wanted;
    }

    @Override
    public boolean stillWants() {
      return wants;
    }

    @Override
    public void granted(Lease lease) {
      granted.add(lease);
    }

    @Override
    public void recalled(Lease lease) {
      recalled.add(lease);
    }

    Lease lease() {
      return granted.getFirst();
    }

    boolean has() {
      return !granted.isEmpty();
    }
  }

  private Client acquire(Resources wanted) {
    var client = new Client(wanted);
    ledger.acquire(client);
    return client;
  }

  private void withdraw(Client client) {
    client.wants = false;
    ledger.rescanQueue();
  }

  /** Returns the free resources after all earlier messages have been handled. */
  private LedgerClient.LedgerReport report() throws Exception {
    return ledger.report(kit.system()).toCompletableFuture().get(30, TimeUnit.SECONDS);
  }

  private static Resources cpus(double amount) {
    return Resources.none().cpus(amount);
  }

  @Test
  void grantsWhatFitsAndQueuesTheRest() throws Exception {
    var first = acquire(cpus(3));
    var second = acquire(cpus(2));
    var report = report();
    assertThat(first.has()).isTrue();
    assertThat(second.has()).isFalse();
    assertThat(report.available().amount("CPU")).isEqualTo(1);
    assertThat(report.waiting()).hasSize(1);
    assertThat(report.waiting().getFirst().what()).contains("client");
    assertThat(report.waiting().getFirst().why()).contains("CPU=1.0").contains("CPU=4.0");
    assertThat(first.recalled).containsExactly(first.lease());
    first.lease().release();
    first.lease().release();
    assertThat(report().available().amount("CPU")).isEqualTo(2);
    assertThat(second.has()).isTrue();
  }

  @Test
  void aBigRequestIsServedBeforeSmallOnesThatCameLater() throws Exception {
    var small = acquire(cpus(1));
    var big = acquire(cpus(4));
    var late = acquire(cpus(1));
    report();
    assertThat(big.has() || late.has()).isFalse();
    small.lease().release();
    report();
    assertThat(big.has()).isTrue();
    assertThat(late.has()).isFalse();
    assertThat(report().waiting()).hasSize(1);
    big.lease().release();
    report();
    assertThat(late.has()).isTrue();
  }

  @Test
  void aRequestForTwoResourcesIsNotStarvedByStreamsForEither() throws Exception {
    var cpuHolder = acquire(cpus(4));
    var gpuHolder = acquire(Resources.none().gpus(2));
    var big = acquire(cpus(4).gpus(2));
    for (int round = 0; round < 20 && !big.has(); round++) {
      var nextCpu = acquire(cpus(4));
      var nextGpu = acquire(Resources.none().gpus(2));
      report();
      cpuHolder.lease().release();
      report();
      if (nextCpu.has()) { // it passed the older request, which lacked only GPUs at that moment
        cpuHolder = nextCpu;
      }
      gpuHolder.lease().release();
      report();
      if (!nextGpu.has()) {
        break;
      }
      gpuHolder = nextGpu;
    }
    assertThat(big.has()).isTrue();
  }

  @Test
  void aRequestForWhatIsHeldForLifeHoldsBackNobodyElse() throws Exception {
    var actor = new Client(Resources.none().gpus(2)) {
      @Override
      public boolean holdsForLifetime() {
        return true;
      }
    };
    ledger.acquire(actor);
    var endless = acquire(cpus(4).gpus(1));
    var small = acquire(cpus(4));
    report();
    assertThat(actor.has()).isTrue();
    assertThat(endless.has()).isFalse();
    assertThat(small.has()).isTrue();
  }

  private Client acquire(Job job, Resources wanted) {
    var client = new Client(wanted, job);
    ledger.acquire(client);
    return client;
  }

  private static List<Client> holding(List<Client> clients) {
    return clients.stream().filter(client -> client.has() && !client.back).toList();
  }

  @Test
  void programsThatCompeteHoldWhatTheirWeightsSay() throws Exception {
    var light = new Job(new NodeId(1), false, null, 1);
    var heavy = new Job(new NodeId(2), false, null, 3);
    var lights = new ArrayList<Client>();
    var heavies = new ArrayList<Client>();
    for (int i = 0; i < 40; i++) {
      lights.add(acquire(light, cpus(1)));
    }
    for (int i = 0; i < 40; i++) {
      heavies.add(acquire(heavy, cpus(1)));
    }
    report();
    assertThat(holding(lights)).hasSize(4); // they came first
    var random = new Random(7);
    for (int step = 0; step < 40; step++) {
      var all = new ArrayList<>(holding(lights));
      all.addAll(holding(heavies));
      all.get(step < 4 ? 0 : random.nextInt(all.size())).giveUp();
      report();
      if (step >= 4) {
        assertThat(holding(lights)).as("step %d", step).hasSize(1);
        assertThat(holding(heavies)).as("step %d", step).hasSize(3);
      }
    }
  }

  @Test
  void aProgramHasItsWeightWhateverElseOfItIsHeldWithout() throws Exception {
    var bundle =
        acquire(new Job(new NodeId(2), false, null, 1), Resources.none().gpus(0.5));
    var light = new Job(new NodeId(1), false, null, 1);
    acquire(light, Resources.none().resource("Licence", 0.1));
    var holder = acquire(light, cpus(4));
    var last = acquire(light, cpus(4));
    var next = acquire(new Job(new NodeId(2), false, null, 100), cpus(4));
    report();
    assertThat(bundle.has()).isTrue();
    holder.giveUp(); // the light job holds a thirtieth, the heavy one a quarter
    report();
    assertThat(next.has()).isTrue();
    assertThat(last.has()).isFalse();
  }

  @Test
  void whoHoldsNothingIsNextWhateverWaitsBeforeIt() throws Exception {
    var many = new Job(new NodeId(1), false, null, 1e6);
    var holders = new ArrayList<Client>();
    for (int i = 0; i < 100; i++) {
      holders.add(acquire(many, cpus(1)));
    }
    var late = acquire(new Job(new NodeId(2), false, null, 1e-6), cpus(4));
    report();
    for (int i = 0; i < 4; i++) {
      assertThat(late.has()).isFalse();
      holders.get(i).giveUp();
      report();
    }
    assertThat(late.has()).isTrue();
    late.giveUp();
    report();
    assertThat(holding(holders)).hasSize(4);
  }

  @Test
  void whatNeedsNothingIsGrantedAtOnce() throws Exception {
    acquire(TOTAL);
    var nothing = acquire(Resources.none());
    report();
    assertThat(nothing.has()).isTrue();
    nothing.lease().release();
    assertThat(report().available()).isEqualTo(Resources.none());
  }

  /** The small holders come first, and there are more of them than are named. */
  @Test
  void theLargestHoldersOfWhatARequestLacksAreNamedFirst() throws Exception {
    acquire(cpus(0.25).resource("Licence", 3));
    for (int i = 0; i < 20; i++) {
      acquire(cpus(0.01 * (i + 1)));
    }
    acquire(cpus(1));
    acquire(cpus(0.5));
    var waiting = acquire(cpus(3));
    report();
    assertThat(waiting.has()).isFalse();
    assertThat(explained(waiting))
        .endsWith("Among the holders: client of {CPU=1.0}; client of {CPU=0.5}; client of "
            + cpus(0.25).resource("Licence", 3));
  }

  @Test
  void amongEqualHoldersTheOldestIsNamedFirst() throws Exception {
    for (int i = 0; i < 4; i++) {
      acquire(cpus(1).resource("Licence", 0.1 * (i + 1)));
    }
    assertThat(explained(acquire(cpus(1))))
        .endsWith(
            "Among the holders: client of {CPU=1.0, Licence=0.1}; client of {CPU=1.0, Licence=0.2};"
                + " client of {CPU=1.0, Licence=0.3}");
  }

  @Test
  void aBlockedHolderHoldsNoCpu() throws Exception {
    var blocked = acquire(cpus(4));
    report();
    blocked.lease().giveBack();
    acquire(cpus(1));
    assertThat(explained(acquire(cpus(4))))
        .endsWith("Among the holders: client of {CPU=1.0}; client of {CPU=4.0}");
  }

  private String explained(Client client) throws Exception {
    return ledger
        .explain(client)
        .toCompletableFuture()
        .get(10, TimeUnit.SECONDS)
        .text();
  }

  @Test
  void aRequestThatIsTakenBackMakesWay() throws Exception {
    var holder = acquire(cpus(1));
    var big = acquire(cpus(4));
    var small = acquire(cpus(1));
    report();
    assertThat(small.has()).isFalse();
    withdraw(big);
    report();
    assertThat(small.has()).isTrue();
    assertThat(report().waiting()).isEmpty();
    holder.lease().release();
  }

  @Test
  void blockedLeasesLendTheirCpuAndNothingElse() throws Exception {
    var holder = acquire(cpus(4).gpus(2));
    report();
    holder.lease().giveBack();
    assertThat(report().available()).isEqualTo(cpus(4).resource("Licence", 3));
    var other = acquire(cpus(4));
    report();
    assertThat(other.has()).isTrue();
    holder.lease().takeBack();
    var third = acquire(cpus(0.0001));
    assertThat(report().available().amount("CPU")).isZero();
    other.lease().release();
    report();
    assertThat(third.has()).isFalse();
    holder.lease().giveBack();
    report();
    assertThat(third.has()).isTrue();
    holder.lease().release();
    third.lease().release();
    assertThat(report().available()).isEqualTo(TOTAL);
  }

  @Test
  void whatCanNeverBeIsRefusedWithBothSides() {
    assertThatThrownBy(() -> ledger.requireSchedulable(cpus(4.5), () -> "Task big"))
        .isInstanceOf(UnschedulableException.class)
        .hasMessageContaining("Task big")
        .hasMessageContaining("CPU=4.5")
        .hasMessageContaining("CPU=4.0");
    assertThatThrownBy(
            () -> ledger.requireSchedulable(Resources.none().resource("TPU", 1), () -> "Task odd"))
        .isInstanceOf(UnschedulableException.class)
        .hasMessageContaining("TPU");
    ledger.requireSchedulable(TOTAL, () -> "Task whole");
  }

  /** Lease, and whether its holder is blocked. */
  private static final class Held {
    private final Lease lease;
    private boolean blocked;

    Held(Lease lease) {
      this.lease = lease;
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {7, 8, 9, 10})
  void overAnyHistoryNothingIsOverGrantedAndAllComesBack(long seed) throws Exception {
    var random = new Random(seed);
    var clients = new ArrayList<Client>();
    var held = new ArrayList<Held>();
    for (int step = 0; step < 1500; step++) {
      switch (random.nextInt(5)) {
        case 0, 1 -> clients.add(acquire(draw(random)));
        case 2 -> {
          if (!held.isEmpty()) {
            held.remove(random.nextInt(held.size())).lease.release();
          }
        }
        case 3 -> toggle(held, random);
        default -> {
          if (!clients.isEmpty() && random.nextInt(4) == 0) {
            withdraw(clients.get(random.nextInt(clients.size())));
          }
        }
      }
      var available = report().available();
      long debtBefore = used("CPU", held) - TOTAL.units("CPU");
      collect(clients, held);
      for (var name : TOTAL.asUnits().keySet()) {
        long used = used(name, held);
        if (!name.equals("CPU")) {
          assertThat(used)
              .as("seed %d, step %d, %s", seed, step, name)
              .isLessThanOrEqualTo(TOTAL.units(name));
        } else { // only resumed work may exceed the total; grants never add to the excess
          assertThat(used - TOTAL.units(name))
              .as("seed %d, step %d", seed, step)
              .isLessThanOrEqualTo(Math.max(0, debtBefore));
        }
        assertThat(available.units(name))
            .as("seed %d, step %d, %s", seed, step, name)
            .isEqualTo(Math.max(0, TOTAL.units(name) - used));
      }
    }
    while (true) {
      held.forEach(each -> each.lease.release());
      held.clear();
      var report = report();
      collect(clients, held);
      if (held.isEmpty()) {
        assertThat(report.waiting()).as("seed %d", seed).isEmpty();
        assertThat(report.available()).as("seed %d", seed).isEqualTo(TOTAL);
        return;
      }
    }
  }

  private static void toggle(List<Held> held, Random random) {
    if (held.isEmpty()) {
      return;
    }
    var one = held.get(random.nextInt(held.size()));
    if (one.blocked) {
      one.lease.takeBack();
    } else {
      one.lease.giveBack();
    }
    one.blocked = !one.blocked;
  }

  private static void collect(List<Client> clients, List<Held> held) {
    clients.removeIf(client -> {
      client.granted.forEach(lease -> held.add(new Held(lease)));
      return client.has();
    });
  }

  private static long used(String name, List<Held> held) {
    return held.stream()
        .mapToLong(each ->
            each.blocked && name.equals("CPU") ? 0 : each.lease.resources().units(name))
        .sum();
  }

  private static Resources draw(Random random) {
    var result = Resources.none();
    if (random.nextInt(4) > 0) {
      result = result.cpus(random.nextInt(1, 5) / (random.nextBoolean() ? 1.0 : 3.0));
    }
    if (random.nextInt(3) == 0) {
      result = result.gpus(random.nextBoolean() ? 0.25 : random.nextInt(1, 3));
    }
    return random.nextInt(4) == 0 ? result.resource("Licence", random.nextInt(1, 4)) : result;
  }
}
