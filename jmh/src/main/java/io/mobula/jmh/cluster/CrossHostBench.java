package io.mobula.jmh.cluster;

import io.mobula.jmh.measure.QuantityFormat;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Transfer of one object to a process that does not share memory with the sender, beside plain TCP
 * and plain Aeron streams. It runs between two network namespaces, or over loopback where
 * namespaces cannot be made.
 */
final class CrossHostBench {
  private final MeasurementSeries pull;
  private final MeasurementSeries tcp;
  private final MeasurementSeries aeron;

  private CrossHostBench(long bytes) {
    this.pull = MeasurementSeries.throughput("Mobula", bytes);
    this.tcp = MeasurementSeries.throughput("bare TCP", bytes);
    this.aeron = MeasurementSeries.throughput("bare Aeron", bytes);
  }

  static MeasuredTable measure(ClusterBench.Request request, PrintStream progress)
      throws Exception {
    var bench = new CrossHostBench(request.bytes());
    String where;
    try (var scratch = ScratchDirectory.shared();
        var spaces = NamespacePair.create()) {
      bench.run(request, scratch, spaces);
      where = "two network namespaces joined by veth";
    } catch (NamespacePair.NotAllowedException e) {
      progress.println("bench: over loopback, since there are no namespaces: " + e.getMessage());
      try (var scratch = ScratchDirectory.shared()) {
        bench.run(request, scratch, null);
      }
      where = "loopback (no namespaces could be made)";
    }
    return bench.table(request.bytes(), where);
  }

  private void run(
      ClusterBench.Request request, ScratchDirectory scratch, @Nullable NamespacePair spaces)
      throws IOException {
    var left = spaces != null ? spaces.left() : List.<String>of();
    var right = spaces != null ? spaces.right() : List.<String>of();
    var leftHost = spaces != null ? NamespacePair.LEFT_ADDRESS : "127.0.0.1";
    var rightHost = spaces != null ? NamespacePair.RIGHT_ADDRESS : "127.0.0.1";
    String bytes = Long.toString(request.bytes());
    try (var source = RemoteHostProcess.start(
            left,
            "source",
            leftHost,
            scratch.path().toString(),
            bytes,
            Integer.toString(request.rounds()));
        var _ = RemoteHostProcess.start(
            right,
            "reader",
            rightHost,
            scratch.path().toString(),
            bytes,
            source.awaitWord("seed"))) {
      for (int round = 0; round < request.rounds(); round++) {
        tcp.add(Double.parseDouble(source.awaitWord("tcp")));
        aeron.add(Double.parseDouble(source.awaitWord("aeron")));
        pull.add(Double.parseDouble(source.awaitWord("pull")));
      }
    }
  }

  private MeasuredTable table(long bytes, String where) {
    return new MeasuredTable(
        "hosts",
        QuantityFormat.size(bytes) + " from one process to another over " + where
            + "; each treats the other as a remote host.",
        List.of(MeasuredRow.of("get, to the first byte", pull, tcp, aeron)));
  }
}
