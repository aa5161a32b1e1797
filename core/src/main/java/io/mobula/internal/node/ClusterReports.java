package io.mobula.internal.node;

import io.mobula.MobulaRuntime.WaitingWork;
import io.mobula.NodeId;
import io.mobula.PeerChannelInfo;
import io.mobula.Resources;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.lane.FrameKind;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.lane.NodeMessaging;
import io.mobula.internal.lane.PendingPeerRequests;
import io.mobula.internal.placement.LeaseGranter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * Collector of reports from all nodes: their resources, what waits there and their traffic.
 * Thread-safe.
 */
final class ClusterReports {
  private static final int MAX_WAITING = 1000;

  private final Membership membership;
  private final NodeMessaging messaging;
  private final Supplier<CompletionStage<NodeReport>> own;
  private final AtomicLong numbers = new AtomicLong();
  private final PendingPeerRequests<Long, NodeReport> open;

  /**
   * Report of one node, or the sum of all nodes' reports.
   *
   * @param total the total resources
   * @param available the free resources
   * @param waiting what waits, with the reasons
   * @param lanes the traffic to other processes
   */
  record NodeReport(
      Resources total,
      Resources available,
      List<WaitingWork> waiting,
      List<PeerChannelInfo> lanes) {
    static final NodeReport NOTHING =
        new NodeReport(Resources.none(), Resources.none(), List.of(), List.of());

    NodeReport {
      waiting = waiting.stream().limit(MAX_WAITING).toList();
    }

    NodeReport plus(NodeReport other) {
      return new NodeReport(
          sum(total, other.total),
          sum(available, other.available),
          joined(waiting, other.waiting),
          joined(lanes, other.lanes));
    }

    private static <T> List<T> joined(List<T> one, List<T> other) {
      var all = new ArrayList<>(one);
      all.addAll(other);
      return List.copyOf(all);
    }

    private static Resources sum(Resources one, Resources other) {
      var result = one;
      for (var each : other.asUnits().entrySet()) {
        result = result.withUnits(each.getKey(), one.units(each.getKey()) + each.getValue());
      }
      return result;
    }
  }

  /**
   * Starts to answer other nodes.
   *
   * @param own makes the report of this node
   */
  ClusterReports(NodeMessaging messaging, Supplier<CompletionStage<NodeReport>> own) {
    this.membership = messaging.membership();
    this.messaging = messaging;
    this.own = own;
    this.open = messaging.requests("a report, by number");
    messaging.on(FrameKind.REPORT_QUERY, this::onAsk).on(FrameKind.REPORT_REPLY, this::onAnswer);
  }

  /** Returns the sum of all nodes' reports; a node that leaves in the meantime adds nothing. */
  CompletionStage<NodeReport> all() {
    var sum = own.get();
    for (var peer : membership.peers()) {
      sum = sum.thenCombine(ask(peer.id()), NodeReport::plus);
    }
    return sum;
  }

  private CompletionStage<NodeReport> ask(NodeId node) {
    long number = numbers.incrementAndGet();
    var frame = FrameWriter.of(FrameKind.REPORT_QUERY).int64(number).toBytes();
    return open.ask(node, number, () -> messaging.send(node, frame))
        .exceptionally(leftOrUnreadable -> NodeReport.NOTHING);
  }

  private void onAsk(NodeId from, FrameReader frame) {
    long number = frame.int64();
    own.get()
        .whenComplete((report, failure) ->
            answer(from, number, report == null ? NodeReport.NOTHING : report));
  }

  private void answer(NodeId to, long number, NodeReport report) {
    var frame = FrameWriter.of(FrameKind.REPORT_REPLY).int64(number);
    LeaseGranter.writeResources(frame, report.total());
    LeaseGranter.writeResources(frame, report.available());
    frame.list(report.waiting(), (out, each) -> {
      out.text(each.what());
      LeaseGranter.writeResources(out, each.wants());
      out.text(each.why());
    });
    frame.list(report.lanes(), ClusterReports::writeLane);
    messaging.send(to, frame.toBytes());
  }

  private void onAnswer(NodeId from, FrameReader frame) {
    open.complete(
        from,
        frame.int64(),
        () -> new NodeReport(
            LeaseGranter.readResources(frame),
            LeaseGranter.readResources(frame),
            frame.list(in -> new WaitingWork(in.text(), LeaseGranter.readResources(in), in.text())),
            frame.list(in -> readLane(from, in))));
  }

  private static void writeLane(FrameWriter out, PeerChannelInfo lane) {
    out.int64(lane.to().incarnation()).text(lane.kind());
    for (var totals : List.of(lane.sent(), lane.received(), lane.outstanding())) {
      out.int64(totals.frames()).int64(totals.bytes());
    }
  }

  private static PeerChannelInfo readLane(NodeId from, FrameReader in) {
    return new PeerChannelInfo(
        from, new NodeId(in.int64()), in.text(), readAmount(in), readAmount(in), readAmount(in));
  }

  private static PeerChannelInfo.FrameTotals readAmount(FrameReader in) {
    return new PeerChannelInfo.FrameTotals(in.int64(), in.int64());
  }
}
