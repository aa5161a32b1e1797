package io.mobula.internal.node;

import io.mobula.MobulaRuntime.WaitingWork;
import io.mobula.NodeId;
import io.mobula.info.PeerChannelInfo;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.lane.FrameKind;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.lane.NodeMessaging;
import io.mobula.internal.lane.PendingPeerRequests;
import io.mobula.internal.placement.ResourcesCodec;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * Collector of reports from all nodes: their resources, what waits there and their traffic.
 * Thread-safe.
 */
final class ClusterReports {
  private static final PeerChannelInfo.Kind[] CHANNEL_KINDS = PeerChannelInfo.Kind.values();
  private final Membership membership;
  private final NodeMessaging messaging;
  private final Supplier<CompletionStage<NodeReport>> own;
  private final AtomicLong numbers = new AtomicLong();
  private final PendingPeerRequests<Long, NodeReport> open;

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
    ResourcesCodec.write(frame, report.total());
    ResourcesCodec.write(frame, report.available());
    frame.list(report.waiting(), (out, each) -> {
      out.text(each.what());
      ResourcesCodec.write(out, each.wants());
      out.text(each.why());
    });
    frame.list(report.channels(), ClusterReports::writeChannel);
    messaging.send(to, frame.toBytes());
  }

  private void onAnswer(NodeId from, FrameReader frame) {
    open.complete(
        from,
        frame.int64(),
        () -> new NodeReport(
            ResourcesCodec.read(frame),
            ResourcesCodec.read(frame),
            frame.list(in -> new WaitingWork(in.text(), ResourcesCodec.read(in), in.text())),
            frame.list(in -> readChannel(from, in))));
  }

  private static void writeChannel(FrameWriter out, PeerChannelInfo channel) {
    out.int64(channel.to().incarnation()).choice(channel.kind());
    for (var totals : List.of(channel.sent(), channel.received(), channel.outstanding())) {
      out.int64(totals.frames()).int64(totals.bytes());
    }
  }

  private static PeerChannelInfo readChannel(NodeId from, FrameReader in) {
    return new PeerChannelInfo(
        from,
        new NodeId(in.int64()),
        in.choice(CHANNEL_KINDS),
        readAmount(in),
        readAmount(in),
        readAmount(in));
  }

  private static PeerChannelInfo.FrameTotals readAmount(FrameReader in) {
    return new PeerChannelInfo.FrameTotals(in.int64(), in.int64());
  }
}
