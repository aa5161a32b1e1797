package io.mobula.internal.transfer;

import io.mobula.internal.memory.MappedChecksum;
import io.mobula.internal.process.HeapExhaustion;
import io.mobula.spi.TransferSettings.TransferLimits;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.agrona.DirectBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Scheduler of this node's pulls. Belongs to the thread of its {@link TransferEngine}. Only that
 * thread writes to the targets, so a completed pull is never written to again.
 */
final class PullScheduler {
  private static final Logger LOG = LoggerFactory.getLogger(PullScheduler.class);
  private static final SecureRandom RANDOM = new SecureRandom();

  /** Time for which an endpoint is avoided after its standby was taken. */
  private static final long AVOIDED = Duration.ofSeconds(10).toNanos();

  private final FrameTransport transport;
  private final ControlFrameQueue controlFrames;
  private final TransferLimits limits;
  private final PullPolicy policy;
  private final Map<Long, PullOperation> running = new HashMap<>();
  private final ArrayDeque<PullOperation> waiting = new ArrayDeque<>();
  /** Endpoints that have failed and have a standby, with the times until which they are avoided. */
  private final Map<String, Long> avoided = new HashMap<>();

  private final MappedChecksum crc = new MappedChecksum();

  PullScheduler(FrameTransport transport, ControlFrameQueue controlFrames, TransferLimits limits) {
    this.transport = transport;
    this.controlFrames = controlFrames;
    this.limits = limits;
    this.policy = PullPolicy.of(limits);
  }

  void start(PullOperation pull, long now) {
    if (running.size() < limits.maxPulls()) {
      run(pull, now);
    } else if (waiting.size() < limits.maxQueued()) {
      waiting.addLast(pull);
    } else {
      pull.fail(limits.maxQueued() + " pulls wait already; try again later", Map.of());
    }
  }

  /** Handles a chunk with a right checksum. */
  void onChunk(DirectBuffer buffer, int offset, int length, long now) {
    PullOperation pull = running.get(TransferFrameCodec.pull(buffer, offset));
    if (pull == null) {
      return;
    }
    int source = TransferFrameCodec.source(buffer, offset);
    long from = TransferFrameCodec.chunkFrom(buffer, offset);
    long to = from + length - TransferFrameCodec.CHUNK_HEADER;
    if (!pull.state().isInBounds(source, from, to)) {
      pull.state().corrupt(source, now);
      return;
    }
    try {
      TransferFrameCodec.copyChunk(buffer, offset, length, pull.request.target());
    } catch (RuntimeException | Error e) { // InternalError means that a page could not be accessed
      HeapExhaustion.exitIfExhausted(e);
      pull.abort(e); // other pulls go on
      return;
    }
    pull.state().arrived(source, from, to, now);
  }

  /** Handles a chunk with a wrong checksum, provided that its header names a running pull. */
  void onCorrupt(DirectBuffer buffer, int offset, long now) {
    PullOperation pull = running.get(TransferFrameCodec.pull(buffer, offset));
    if (pull != null) {
      pull.state().corrupt(TransferFrameCodec.source(buffer, offset), now);
    }
  }

  void onRefused(DirectBuffer buffer, int offset, int length, long now) {
    PullOperation pull = running.get(TransferFrameCodec.pull(buffer, offset));
    if (pull == null) {
      return;
    }
    int source = TransferFrameCodec.source(buffer, offset);
    switch (TransferFrameCodec.refusal(buffer, offset, length)) {
      case GONE ->
        pull.state().giveUp(source, TransferFrameCodec.refusalText(buffer, offset, length), now);
      case BUSY -> pull.state().busy(source, now);
    }
  }

  void lost(String endpoint, String how, long now) {
    running.values().forEach(pull -> pull.lost(endpoint, how, now));
    waiting.forEach(pull -> pull.lost(endpoint, how, now));
  }

  /**
   * Sends requests, reports progress, finishes pulls that are over, and starts waiting ones.
   * Returns the amount of work done.
   */
  int work(long now) {
    int work = 0;
    for (Iterator<Map.Entry<Long, PullOperation>> each = running.entrySet().iterator();
        each.hasNext(); ) {
      var entry = each.next();
      work += entry.getValue().lookForSources(now) ? 1 : 0;
      work += sendRequests(entry.getKey(), entry.getValue(), now);
      if (finishIfOver(entry.getKey(), entry.getValue(), now)) {
        each.remove();
        work++;
      }
    }
    waiting.removeIf(PullScheduler::finishIfCancelled);
    while (running.size() < limits.maxPulls() && !waiting.isEmpty()) {
      run(waiting.removeFirst(), now);
      work++;
    }
    return work;
  }

  boolean isBusy() {
    return !running.isEmpty() || !waiting.isEmpty();
  }

  void close(String why) {
    var all = new ArrayList<>(running.values());
    all.addAll(waiting);
    running.clear();
    waiting.clear();
    all.forEach(pull -> pull.fail(why, Map.of()));
  }

  /** Fails all pulls because the engine cannot continue. */
  void fail(Throwable broken) {
    var all = new ArrayList<>(running.values());
    all.addAll(waiting);
    running.clear();
    waiting.clear();
    all.forEach(pull -> pull.fail(broken));
  }

  private void run(PullOperation pull, long now) {
    pull.start(policy, now);
    running.put(RANDOM.nextLong(), pull);
  }

  private int sendRequests(long number, PullOperation pull, long now) {
    List<Integer> unreachable = new ArrayList<>(0);
    var state = pull.state();
    int asked = state.work(now, (source, from, to) -> {
      var sendResult = isAvoided(state, source, now)
          ? FrameTransport.SendResult.UNREACHABLE
          : sendRequests(number, pull, source, from, to);
      if (sendResult == FrameTransport.SendResult.UNREACHABLE) {
        unreachable.add(source);
      }
      return sendResult == FrameTransport.SendResult.SENT;
    });
    unreachable.forEach(source -> state.unreachable(source, "no connection to it", now));
    for (var endpoint : state.drainReplacedEndpoints()) {
      avoided.values().removeIf(until -> now - until > 0);
      if (avoided.putIfAbsent(endpoint, now + AVOIDED) == null) {
        LOG.warn(
            "Objects of {} are fetched over another transport for {}, as this one fails",
            endpoint,
            Duration.ofNanos(AVOIDED));
      }
    }
    return asked;
  }

  private boolean isAvoided(PullState state, int source, long now) {
    if (avoided.isEmpty() || !state.hasStandby(source)) {
      return false;
    }
    var until = avoided.get(state.endpoint(source));
    return until != null && now - until <= 0;
  }

  private FrameTransport.SendResult sendRequests(
      long number, PullOperation pull, int source, long from, long to) {
    var request = pull.request;
    var endpoint = pull.state().endpoint(source);
    var rangeRequest = new TransferFrameCodec.RangeRequest(
        source,
        number,
        request.id(),
        request.attempt(),
        request.bytes(),
        from,
        to,
        transport.replyTo(endpoint));
    return transport.send(
        endpoint,
        TransferFrameCodec.askLength(rangeRequest),
        (buffer, offset) -> TransferFrameCodec.writeRequest(buffer, offset, rangeRequest, crc));
  }

  private boolean finishIfOver(long number, PullOperation pull, long now) {
    report(pull);
    if (!pull.isOver()) {
      return false;
    }
    sendEnds(number, pull, now);
    pull.finish();
    return true;
  }

  private static void report(PullOperation pull) {
    try {
      pull.report();
    } catch (RuntimeException e) {
      LOG.warn("The progress listener of {} threw", pull, e);
    }
  }

  private static boolean finishIfCancelled(PullOperation pull) {
    if (pull.isCancelled()) {
      pull.failCancelled();
      return true;
    }
    return false;
  }

  private void sendEnds(long number, PullOperation pull, long now) {
    for (int i = 0; i < pull.state().sourceCount(); i++) {
      int source = i;
      if (pull.state().wasAsked(source)) {
        controlFrames.send(
            pull.state().endpoint(source),
            TransferFrameCodec.endLength(),
            (buffer, offset) -> TransferFrameCodec.writeEnd(buffer, offset, source, number, crc),
            now);
      }
    }
  }
}
