package io.mobula.jmh.cluster;

import io.mobula.jmh.QuantityFormat;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One object brought from a process to another that reads nothing of its memory, beside a bare TCP
 * stream and a bare Aeron stream: between two network namespaces, or over loopback where none can
 * be made.
 */
final class OtherHost {
  private final Series pull;
  private final Series tcp;
  private final Series aeron;

  private OtherHost(long bytes) {
    this.pull = Series.moved("Mobula", bytes);
    this.tcp = Series.moved("bare TCP", bytes);
    this.aeron = Series.moved("bare Aeron", bytes);
  }

  static Table measure(ClusterBench.Request request, PrintStream progress) throws Exception {
    var bench = new OtherHost(request.bytes());
    String where;
    try (var scratch = Scratch.shared();
        var spaces = Namespaces.create()) {
      bench.run(request, scratch, spaces);
      where = "two network namespaces joined by veth";
    } catch (Namespaces.NotAllowedException e) {
      progress.println("bench: over loopback, since there are no namespaces: " + e.getMessage());
      try (var scratch = Scratch.shared()) {
        bench.run(request, scratch, null);
      }
      where = "loopback (no namespaces could be made)";
    }
    return bench.table(request.bytes(), where);
  }

  private void run(ClusterBench.Request request, Scratch scratch, @Nullable Namespaces spaces)
      throws IOException {
    var left = spaces != null ? spaces.left() : List.<String>of();
    var right = spaces != null ? spaces.right() : List.<String>of();
    var leftHost = spaces != null ? Namespaces.LEFT_ADDRESS : "127.0.0.1";
    var rightHost = spaces != null ? Namespaces.RIGHT_ADDRESS : "127.0.0.1";
    String bytes = Long.toString(request.bytes());
    try (var source = HostPeer.start(
            left,
            "source",
            leftHost,
            scratch.path().toString(),
            bytes,
            Integer.toString(request.rounds()));
        var _ = HostPeer.start(
            right, "reader", rightHost, scratch.path().toString(), bytes, source.word("seed"))) {
      for (int round = 0; round < request.rounds(); round++) {
        tcp.add(Double.parseDouble(source.word("tcp")));
        aeron.add(Double.parseDouble(source.word("aeron")));
        pull.add(Double.parseDouble(source.word("pull")));
      }
    }
  }

  private Table table(long bytes, String where) {
    return new Table(
        "hosts",
        QuantityFormat.size(bytes) + " from one process to another over " + where
            + "; each treats the other as a remote host.",
        List.of(Line.of("get, to the first byte", pull, tcp, aeron)));
  }
}
