package io.mobula.jmh.ledger;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.Behaviors;
import com.typesafe.config.ConfigFactory;
import io.mobula.internal.ledger.DeviceShare;
import io.mobula.internal.ledger.LedgerClient;
import io.mobula.jmh.measure.QuantityFormat;
import io.mobula.placement.Resources;
import io.mobula.spi.ActorSpawner;
import io.mobula.spi.Device;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * Benchmark of one ledger with 64 cores and eight devices in two groups of four: leases per second
 * while several clients request and release. Further rows create, await and remove placement groups
 * of a node.
 */
public final class LedgerBench {
  private static final int DEVICES = 8;
  private static final long MEMORY = 141L << 30;

  private final int rounds;
  private final double seconds;

  /**
   * Creates a benchmark of the given length.
   *
   * @param rounds number of rounds of each row, whose median is printed
   * @param seconds duration of each round
   */
  public LedgerBench(int rounds, double seconds) {
    if (rounds < 1 || !(seconds > 0)) {
      throw new IllegalArgumentException(
          "Wanted " + rounds + " rounds of " + seconds + " s: at least one, of more than none");
    }
    this.rounds = rounds;
    this.seconds = seconds;
  }

  /**
   * Row of the table.
   *
   * @param name of the request
   * @param wanted resources in each request
   * @param clients number of concurrent clients
   * @param drivers number of programs to which the clients belong
   */
  private record LeaseRow(String name, Resources wanted, int clients, int drivers) {}

  private static List<LeaseRow> rows() {
    var none = Resources.none();
    return List.of(
        new LeaseRow("1 core, 16 ask", none.cpus(1), 16, 1),
        new LeaseRow("1 core, 256 ask for 64", none.cpus(1), 256, 1),
        new LeaseRow("1 core, 256 of 4 programs ask for 64", none.cpus(1), 256, 4),
        new LeaseRow("a quarter of a device, 16 ask", none.gpus(0.25), 16, 1),
        new LeaseRow("20 GiB of a device, 16 ask", none.gpuMemory(20L << 30), 16, 1),
        new LeaseRow("1 whole device, 8 ask", none.gpus(1), 8, 1),
        new LeaseRow("4 whole devices of a kind, 2 ask", none.gpus(4).accelerator("H200"), 2, 1),
        new LeaseRow("1 core and a device, 64 ask for 8", none.cpus(1).gpus(1), 64, 1));
  }

  /** Measures all rows and prints the table. */
  public void run(PrintStream out) throws InterruptedException {
    out.println("| leases of one ledger | granted and given back | each |");
    out.println("|---|--:|--:|");
    for (var row : rows()) {
      var rates = new double[rounds];
      for (int round = 0; round < rounds; round++) {
        rates[round] = rate(row);
      }
      print(out, row.name(), rates);
    }
    new GroupRows(rounds, seconds).run(out);
  }

  static void print(PrintStream out, String name, double[] rates) {
    Arrays.sort(rates);
    double median = rates[rates.length / 2];
    out.println("| " + name + " | " + QuantityFormat.rate(median) + " | "
        + QuantityFormat.time(TimeUnit.SECONDS.toNanos(1) / median) + " |");
  }

  private double rate(LeaseRow row) throws InterruptedException {
    var system = ActorSystem.create(
        Behaviors.empty(),
        "ledger-bench",
        ConfigFactory.parseString("akka.loglevel = WARNING").withFallback(ConfigFactory.load()));
    try {
      var ledger = LedgerClient.start(
          Resources.none().cpus(64),
          DeviceShare.of(devices(), DEVICES * Resources.UNITS_PER_ONE),
          new ActorSpawner() {
            @Override
            public <T> ActorRef<T> spawn(Behavior<T> behavior, String name) {
              return system.systemActorOf(behavior, name, Props.empty());
            }
          });
      var ended = new CountDownLatch(row.clients());
      var clients = new ArrayList<LeaseBenchClient>();
      for (int i = 0; i < row.clients(); i++) {
        clients.add(new LeaseBenchClient(ledger, row.wanted(), 1 + i % row.drivers(), ended));
      }
      clients.forEach(LeaseBenchClient::start);
      long half = (long) (seconds * TimeUnit.SECONDS.toNanos(1) / 2);
      TimeUnit.NANOSECONDS.sleep(half);
      long before = grants(clients);
      long began = System.nanoTime();
      TimeUnit.NANOSECONDS.sleep(half);
      double rate = (double) (grants(clients) - before)
          * TimeUnit.SECONDS.toNanos(1)
          / (System.nanoTime() - began);
      clients.forEach(LeaseBenchClient::stop);
      ended.await();
      return rate;
    } finally {
      system.terminate();
      system.getWhenTerminated().toCompletableFuture().join();
    }
  }

  private static long grants(List<LeaseBenchClient> clients) {
    return clients.stream().mapToLong(LeaseBenchClient::grants).sum();
  }

  /** Returns eight devices in two groups of four; the devices of a group are near each other. */
  private static List<Device> devices() {
    return IntStream.range(0, DEVICES).mapToObj(LedgerBench::device).toList();
  }

  private static Device device(int index) {
    Map<String, Integer> near = new HashMap<>();
    for (int other = 0; other < DEVICES; other++) {
      if (other != index) {
        near.put("GPU-" + other, other / 4 == index / 4 ? 0 : 5);
      }
    }
    return new Device(index, "GPU-" + index, "NVIDIA H200", MEMORY, "9.0", near, Optional.empty());
  }
}
