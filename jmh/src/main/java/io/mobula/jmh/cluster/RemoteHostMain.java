package io.mobula.jmh.cluster;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.NodeId;
import io.mobula.Settings;
import io.mobula.internal.process.ParentWatch;
import io.mobula.placement.Placement;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * Main program of a node that stands for another host. The source puts the object, has the reader
 * get it, and prints how long that took. The reader joins and waits for tasks.
 *
 * <p>Arguments: {@code source} or {@code reader}, host, directory, bytes, and then the rounds or
 * the seed.
 */
final class RemoteHostMain {
  private static final Duration CLOSING = Duration.ofSeconds(5);

  private RemoteHostMain() {}

  public static void main(String[] args) throws Exception {
    ParentWatch.ofStandardInput().start(CLOSING);
    var host = args[1];
    long bytes = Long.parseLong(args[3]);
    if (args[0].equals("source")) {
      try (var runtime = Mobula.init(settings(host, bytes).cpus(1).listen(0))) {
        System.out.println("seed " + runtime.nodes().getFirst().address());
        measure(runtime, host, Path.of(args[2]), bytes, Integer.parseInt(args[4]));
        new CountDownLatch(1).await(); // until standard input ends
      }
    } else {
      try (var _ = Mobula.init(settings(host, bytes).cpus(2).listen(0).join(args[4]))) {
        new CountDownLatch(1).await();
      }
    }
  }

  private static Settings settings(String host, long bytes) {
    return Mobula.settings()
        .set("mobula.cluster.host", host)
        .set("mobula.insecure", true)
        .set("mobula.store.share-host", false)
        .storeCapacity(2 * bytes + (128L << 20));
  }

  private static void measure(
      MobulaRuntime runtime, String host, Path directory, long bytes, int rounds) throws Exception {
    PollingWait.pollUntil("the reader had joined", () -> runtime.nodes().size() > 1);
    var reader = runtime.nodes().get(1).id();
    try (var streams = new BaselineStreams(host, directory.resolve("source"), bytes)) {
      for (int round = -1; round < rounds; round++) {
        say(round, "tcp", tcp(runtime, reader, streams, bytes));
        say(round, "aeron", aeron(runtime, reader, streams, directory, bytes));
        say(round, "pull", pull(runtime, reader, bytes));
      }
    }
  }

  /** Prints a measured time, except in the first round, which is for warm-up. */
  private static void say(int round, String what, long nanos) {
    if (round >= 0) {
      System.out.println(what + " " + nanos);
    }
  }

  private static long pull(MobulaRuntime runtime, NodeId reader, long bytes) {
    try (var ref = ClusterBenchTasks.filled(runtime, bytes, (byte) 1);
        var reading = runtime
            .task(ClusterBenchTasks::read, List.of(ref))
            .placement(Placement.on(reader))
            .remote()) {
      return reading.get().first();
    }
  }

  private static long tcp(MobulaRuntime runtime, NodeId reader, BaselineStreams streams, long bytes)
      throws Exception {
    var address = streams.listenTcp();
    var took = runtime
        .task(BaselineStreams::readTcp, address, bytes)
        .placement(Placement.on(reader))
        .remote();
    streams.sendTcp();
    return took.get();
  }

  private static long aeron(
      MobulaRuntime runtime, NodeId reader, BaselineStreams streams, Path directory, long bytes) {
    var readerHost = runtime.nodes().get(1).address().replaceFirst(":\\d+$", "");
    var endpoint = runtime
        .task(
            BaselineStreams::listenAeron,
            readerHost,
            directory.resolve("reader").toString(),
            bytes)
        .placement(Placement.on(reader))
        .remote()
        .get();
    streams.sendAeron(endpoint);
    long took = runtime
        .task(BaselineStreams::awaitAeron)
        .placement(Placement.on(reader))
        .remote()
        .get();
    streams.closeAeron();
    return took;
  }
}
