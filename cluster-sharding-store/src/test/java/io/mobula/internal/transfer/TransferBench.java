package io.mobula.internal.transfer;

import io.mobula.testkit.ForkedJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Benchmark that prints the rate (MB/s) at which an object is transferred from one process to
 * another by a bare TCP stream, a bare Aeron stream and a pull, in turns: over loopback, and
 * between two network namespaces if those can be made. The results are medians of the rounds after
 * the first.
 *
 * <p>Arguments, all optional: {@code loopback|namespaces}, mebibytes, rounds, mtu, term, window.
 */
final class TransferBench {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final String[] FLAGS = {
    "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"
  };

  private TransferBench() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    String where = args.length > 0 ? args[0] : "loopback";
    long bytes = (args.length > 1 ? Long.parseLong(args[1]) : 256) << 20;
    int rounds = args.length > 2 ? Integer.parseInt(args[2]) : 7;
    String[] tuning = args.length > 3 ? Arrays.copyOfRange(args, 3, args.length) : new String[0];
    Path directory = Files.createTempDirectory(Path.of("/dev/shm"), "bench-transfer-");
    try {
      if (where.equals("namespaces")) {
        try (var spaces = VethNamespaces.create()) {
          run(
              peer(directory, "left", VethNamespaces.LEFT_ADDRESS, bytes, tuning)
                  .under(spaces.inLeft()),
              peer(directory, "right", VethNamespaces.RIGHT_ADDRESS, bytes, tuning)
                  .under(spaces.inRight()),
              VethNamespaces.LEFT_ADDRESS,
              bytes,
              rounds);
        }
      } else {
        run(
            peer(directory, "left", "127.0.0.1", bytes, tuning),
            peer(directory, "right", "127.0.0.1", bytes, tuning),
            "127.0.0.1",
            bytes,
            rounds);
      }
    } finally {
      org.agrona.IoUtil.delete(directory.toFile(), true);
    }
  }

  private static ForkedJvm.Plan peer(
      Path directory, String name, String host, long bytes, String... tuning) throws IOException {
    Path own = Files.createDirectory(directory.resolve(name));
    return ForkedJvm.of(TransferPeer.class)
        .flags(FLAGS)
        .arguments(host, own.toString(), Long.toString(bytes), "1")
        .arguments(tuning);
  }

  private static void run(
      ForkedJvm.Plan source, ForkedJvm.Plan reader, String sourceHost, long bytes, int rounds)
      throws InterruptedException {
    var tcp = new ArrayList<Double>();
    var bare = new ArrayList<Double>();
    var pull = new ArrayList<Double>();
    try (var from = source.start();
        var to = reader.start()) {
      String endpoint = from.awaitLine("endpoint ", LIMIT).split(" ")[1];
      to.awaitLine("endpoint ", LIMIT);
      var cpu = new Cpu(from, to);
      for (int round = 0; round <= rounds; round++) {
        from.sendLine("tcp-listen");
        String port = nth(from, "tcp at ", round).split(" ")[2];
        to.sendLine("tcp-read " + sourceHost + ":" + port);
        tcp.add(rate(nth(to, "tcp took", round), bytes));

        cpu.took(0);

        to.sendLine("bare-listen");
        from.sendLine("bare-send " + nth(to, "bare at ", round).split(" ")[2]);
        bare.add(rate(nth(to, "bare took", round), bytes));
        from.sendLine("bare-close");
        cpu.took(1);

        to.sendLine("pull " + endpoint);
        pull.add(rate(nth(to, "pull took", round), bytes));
        cpu.took(2);
      }
      System.out.printf(
          "%-12s %4d MiB  tcp %7.0f  aeron %7.0f  pull %7.0f  MB/s (medians of %d)%n",
          sourceHost, bytes >> 20, median(tcp), median(bare), median(pull), rounds);
      System.out.printf(
          "  CPU of both, ms per GiB: tcp %.0f, aeron %.0f, pull %.0f%n",
          cpu.perGibibyte(0, rounds * bytes),
          cpu.perGibibyte(1, rounds * bytes),
          cpu.perGibibyte(2, rounds * bytes));
      System.out.println("  tcp " + tcp + "\n  aeron " + bare + "\n  pull " + pull);
      from.sendLine("counters");
      to.sendLine("counters");
      System.out.println("  source: " + from.awaitLine("counters", LIMIT));
      System.out.println("  reader: " + to.awaitLine("counters", LIMIT));
      idle(from, to);
    }
  }

  private static void idle(ForkedJvm from, ForkedJvm to) throws InterruptedException {
    var cpu = new Cpu(from, to);
    TimeUnit.SECONDS.sleep(1);
    cpu.took(0);
    TimeUnit.SECONDS.sleep(5);
    cpu.took(1);
    TimeUnit.SECONDS.sleep(5);
    cpu.took(1);
    System.out.printf(
        "  idle: %.1f ms of CPU per second in both together%n", cpu.milliseconds(1) / 5);
  }

  /** CPU time of both processes, as the kernel counts it. */
  private static final class Cpu {
    private final ForkedJvm[] jvms;
    private final double[] taken = new double[3];
    private final int[] counted = new int[3];
    private double last;

    Cpu(ForkedJvm... jvms) {
      this.jvms = jvms;
      this.last = now();
    }

    /** Adds the time since the last call; the first round of each kind is not counted. */
    void took(int kind) {
      double before = last;
      last = now();
      if (counted[kind]++ > 0) {
        taken[kind] += last - before;
      }
    }

    double milliseconds(int kind) {
      return taken[kind];
    }

    double perGibibyte(int kind, long bytes) {
      return taken[kind] / (bytes / (double) (1 << 30));
    }

    private double now() {
      double sum = 0;
      for (var jvm : jvms) {
        sum += ProcessHandle.of(jvm.pid())
                .flatMap(process -> process.info().totalCpuDuration())
                .orElseThrow()
                .toNanos()
            / 1e6;
      }
      return sum;
    }
  }

  /** Returns the n-th line with this beginning. */
  private static String nth(ForkedJvm jvm, String beginning, int n) throws InterruptedException {
    int[] seen = {0};
    return jvm.awaitLine(line -> line.startsWith(beginning) && seen[0]++ == n, LIMIT);
  }

  private static double rate(String line, long bytes) {
    if (!line.endsWith("equal")) {
      throw new IllegalStateException(line);
    }
    return Math.rint(bytes / (Long.parseLong(line.split(" ")[2]) / 1e9) / 1e6);
  }

  private static double median(List<Double> rates) {
    var counted = rates.subList(1, rates.size()).stream().sorted().toList();
    return counted.get(counted.size() / 2);
  }
}
