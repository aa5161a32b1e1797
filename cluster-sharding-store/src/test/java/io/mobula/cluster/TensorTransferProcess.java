package io.mobula.cluster;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.info.NodeInfo;
import io.mobula.placement.Placement;
import io.mobula.tensor.DType;
import io.mobula.tensor.Tensor;
import io.mobula.testkit.ForkedJvm;
import java.time.Duration;
import java.util.Scanner;

/**
 * Process that counts as a host, one of two. One makes a large value; the other is given its
 * address, has the value made there, reads it and compares every number. For each line on standard
 * input they print what carries bytes between hosts. Encrypted if the system properties name
 * certificates.
 */
final class TensorTransferProcess {
  static final int BYTES = 64 << 20;

  private static final Duration LIMIT = Duration.ofMinutes(2);

  private TensorTransferProcess() {}

  static ForkedJvm.Plan plan(String address) {
    var plan = ForkedJvm.of(TensorTransferProcess.class)
        .flags("-Xmx300m", "-XX:+UseSerialGC")
        .property("mobula.cluster.join-timeout", LIMIT.toMillis() + "ms")
        .arguments(address);
    var flags = System.getProperty("mobula.child.flags", "").trim();
    return flags.isEmpty() ? plan : plan.flags(flags.split("\\s+"));
  }

  static Tensor counted() {
    var made = Tensor.allocate(DType.INT64, BYTES / Long.BYTES);
    for (long i = 0; i < made.size(); i++) {
      made.setLong(i, i * i);
    }
    return made;
  }

  private static long wrong(Tensor read) {
    long wrong = BYTES / Long.BYTES - read.size();
    for (long i = 0; i < read.size(); i++) {
      wrong += read.getLong(i) == i * i ? 0 : 1;
    }
    return wrong * Long.BYTES;
  }

  public static void main(String[] arguments) {
    var settings =
        Mobula.settings().storeCapacity(4L * BYTES).cpus(1).set("mobula.store.share-host", false);
    boolean isMaker = arguments[0].isEmpty();
    try (var lines = new Scanner(System.in);
        var runtime = Mobula.init(isMaker ? settings.listen(0) : settings.join(arguments[0]))) {
      System.out.println("up " + runtime.nodes().getFirst().address());
      if (!isMaker) {
        read(runtime, arguments[0]);
      }
      while (lines.hasNextLine()) {
        lines.nextLine();
        sayWhatCarries();
      }
    }
  }

  private static void read(MobulaRuntime runtime, String maker) {
    var there = runtime.nodes().stream()
        .filter(node -> node.address().equals(maker))
        .map(NodeInfo::id)
        .findFirst()
        .orElseThrow();
    var tensor = runtime
        .task(TensorTransferProcess::counted)
        .placement(Placement.on(there))
        .remote()
        .get(LIMIT);
    System.out.println(
        "read " + tensor.size() * Long.BYTES + " bytes, " + wrong(tensor) + " of them wrong");
  }

  /**
   * Prints the transport's name. Aeron has threads of its own; the large-message stream has none.
   */
  private static void sayWhatCarries() {
    boolean aeron = Thread.getAllStackTraces().keySet().stream()
        .anyMatch(thread -> thread.getName().startsWith("mobula-transfer"));
    System.out.println("carries " + (aeron ? "aeron" : "akka"));
  }
}
