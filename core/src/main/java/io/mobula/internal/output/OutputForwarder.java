package io.mobula.internal.output;

import io.mobula.NodeId;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.execution.Job;
import io.mobula.internal.lane.FrameKind;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.NodeMessaging;
import io.mobula.spi.DelayTimer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Sender of the output of this node's work to the drivers that the work belongs to. Safe for all
 * threads; nothing blocks.
 */
public final class OutputForwarder implements AutoCloseable {

  private final Membership membership;
  private final NodeMessaging messaging;
  private final OutputSettings settings;
  private final DelayTimer timer;
  private final Map<NodeId, OutputChannel> channels = new ConcurrentHashMap<>();
  private volatile boolean closed;

  /** Captures output from now on, if the settings say so. */
  public OutputForwarder(NodeMessaging messaging, OutputSettings settings, DelayTimer timer) {
    this.membership = messaging.membership();
    this.messaging = messaging;
    this.settings = settings;
    this.timer = timer;
    messaging.on(FrameKind.LINES_PRINTED, this::onPrinted);
    membership.subscribe(new Membership.Listener() {
      @Override
      public void left(Peer peer, String how) {
        channels.remove(peer.id());
      }
    });
    if (settings.capture()) {
      OutputCapture.open(membership.self().id(), this);
    }
  }

  /** Returns whether the job's driver is another process that wants the output. */
  boolean wants(Job job) {
    return job.forwardsOutput() && !job.driver().equals(membership.self().id());
  }

  boolean keepsLocalCopy() {
    return settings.keepLocally();
  }

  int bytesPerLine() {
    return settings.bytesPerLine();
  }

  void offer(Job job, OutputLine line) {
    var driver = job.driver();
    if (closed || membership.peer(driver) == null) {
      return; // the driver is gone
    }
    channels.computeIfAbsent(driver, this::openChannel).offer(line);
    if (membership.peer(driver) == null) { // the driver left between the two checks
      channels.remove(driver);
    }
  }

  private OutputChannel openChannel(NodeId driver) {
    return new OutputChannel(
        settings.linesPerSecond(), frame -> messaging.send(driver, frame), timer, System::nanoTime);
  }

  void flush(Job job) {
    var channel = channels.get(job.driver());
    if (channel != null) {
      channel.flush();
    }
  }

  private void onPrinted(NodeId from, FrameReader in) {
    var channel = channels.get(from);
    if (channel != null) {
      channel.onPrinted(in.int64());
    }
  }

  /** Sends the queued lines and stops the capture. */
  @Override
  public void close() {
    closed = true;
    OutputCapture.close(membership.self().id());
    channels.values().forEach(OutputChannel::flush);
    channels.clear();
  }
}
