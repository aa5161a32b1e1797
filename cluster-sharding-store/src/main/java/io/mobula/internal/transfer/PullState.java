package io.mobula.internal.transfer;

import io.mobula.spi.PullSources;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * State of one pull, which decides what to request from which source. A pure class without I/O or a
 * clock. Belongs to one thread. Times are nanoseconds of any origin.
 *
 * <p>A request grants credit for its bytes: a reader that requests nothing is sent nothing, and a
 * source keeps no account of its readers' windows. Each source is kept busy up to a window, so a
 * source that answers faster gets more requests.
 *
 * <p>A source answers requests in order, each from its start to its end. A chunk beyond the
 * expected one therefore shows that the bytes between are lost, and they are requested again at
 * once. Bytes that do not arrive in time are reclaimed and requested from any source with room.
 * Every chunk that arrives counts, whichever source was asked for it and however often it arrives.
 *
 * <p>A source that is unreachable or silent is replaced by its standby: the same node on another
 * transport.
 */
final class PullState {
  /** Sender of range requests. Returns false if a request cannot be sent right now. */
  interface RequestSender {
    boolean send(int source, long from, long to);
  }

  /** Outcome of a pull so far. */
  enum Outcome {
    /** The pull has usable sources. */
    RUNNING,
    /** All bytes have arrived. */
    DONE,
    /** No source is left; the pull continues if one is added. */
    STARVED,
    /** No chunk has arrived for too long. */
    FAILED
  }

  private record Range(long from, long to) {}

  /** Number of silences after which a source is replaced by its standby. */
  private static final int STRIKES_BEFORE_STANDBY = 2;

  private final long bytes;
  private final PullPolicy policy;
  private final List<PullSource> pullSources = new ArrayList<>();
  private final List<String> replaced = new ArrayList<>(0);
  private final ByteRangeSet arrived = new ByteRangeSet();
  /** Ranges to request again. Everything from the frontier on has not been requested yet. */
  private final ArrayDeque<Range> reclaimed = new ArrayDeque<>();

  private long frontier;
  private long progressed;
  private boolean stalled;
  private int turn;

  PullState(List<String> sources, long bytes, PullPolicy policy, long now) {
    this.bytes = bytes;
    this.policy = policy;
    this.progressed = now;
    for (var node : sources) {
      pullSources.add(new PullSource(pullSources.size(), EndpointPair.parse(node), now));
    }
  }

  Outcome outcome() {
    if (arrived.covered() == bytes) {
      return Outcome.DONE;
    }
    if (stalled) {
      return Outcome.FAILED;
    }
    return pullSources.stream().anyMatch(PullSource::isUsable) ? Outcome.RUNNING : Outcome.STARVED;
  }

  /**
   * Adds a source, unless the pull has or had it: a source that was given up stays so. Returns
   * whether it is new.
   */
  boolean add(String endpoints, long now) {
    var node = EndpointPair.parse(endpoints);
    if (pullSources.size() >= PullSources.MAX_SOURCES
        || pullSources.stream().anyMatch(pullSource -> pullSource.name.equals(node.first()))) {
      return false;
    }
    pullSources.add(new PullSource(pullSources.size(), node, now));
    return true;
  }

  /** Returns the number of sources, including those given up; sources are numbered from zero. */
  int sourceCount() {
    return pullSources.size();
  }

  /** Returns the endpoint of a source. */
  String endpoint(int source) {
    return pullSources.get(source).name;
  }

  /** Returns how many bytes have arrived, each counted once. */
  long arrived() {
    return arrived.covered();
  }

  /** Returns the reason for each source that was given up. */
  Map<String, String> reasons() {
    var result = new LinkedHashMap<String, String>();
    for (var pullSource : pullSources) {
      var reason = pullSource.reason();
      if (reason != null) {
        result.put(pullSource.name, reason);
      }
    }
    return result;
  }

  /** Returns whether the source was sent a request and may have the object open. */
  boolean wasAsked(int source) {
    return pullSources.get(source).wasRequested();
  }

  /** Returns whether source number and range are valid for this pull. */
  boolean isInBounds(int source, long from, long to) {
    return source >= 0 && source < pullSources.size() && from >= 0 && from < to && to <= bytes;
  }

  /** Handles a valid chunk. */
  void arrived(int source, long from, long to, long now) {
    var pullSource = pullSources.get(source);
    pullSource.noteActivity(now);
    pullSource.noteValidChunk();
    if (arrived.add(from, to) > 0) {
      progressed = now;
    }
    var pendingRange = pullSource.findRange(from, to);
    if (pendingRange == null) {
      return;
    }
    while (pullSource.pendingRanges.getFirst() != pendingRange) {
      reclaim(pullSource.dropOldest(now));
    }
    if (to > pendingRange.next) {
      arrived.forEachGap(
          pendingRange.next, from, (low, high) -> reclaimed.addFirst(new Range(low, high)));
      pullSource.advance(pendingRange, to);
    }
    pendingRange.touched = now;
    if (pendingRange.next == pendingRange.to) {
      pullSource.dropOldest(now);
    }
  }

  /** Handles a chunk with a wrong checksum, whose content cannot be trusted. */
  void corrupt(int source, long now) {
    if (source < 0 || source >= pullSources.size()) {
      return;
    }
    var pullSource = pullSources.get(source);
    pullSource.noteActivity(now);
    if (pullSource.countCorruptChunk() >= policy.maxCorruptChunks()) {
      giveUp(pullSource, "too many chunks with a wrong checksum", now);
    }
  }

  /** Handles a source without room for requests; it is asked again a little later. */
  void busy(int source, long now) {
    if (source < 0 || source >= pullSources.size()) {
      return;
    }
    var pullSource = pullSources.get(source);
    pullSource.noteActivity(now);
    reclaimAll(pullSource, now);
    pullSource.backOff(now + policy.busyBackoff());
  }

  /** Handles a source that cannot be reached; its standby, if any, takes its place. */
  void unreachable(int source, String reason, long now) {
    replace(pullSources.get(source), reason, now);
  }

  /** Returns whether the same node can also be reached over another transport. */
  boolean hasStandby(int source) {
    return pullSources.get(source).standby != null;
  }

  /** Returns the endpoints that were replaced by their standbys since the last call. */
  List<String> drainReplacedEndpoints() {
    if (replaced.isEmpty()) {
      return List.of();
    }
    var taken = List.copyOf(replaced);
    replaced.clear();
    return taken;
  }

  /** Gives up a source that refuses or is unable to send the object. */
  void giveUp(int source, String reason, long now) {
    if (source >= 0 && source < pullSources.size()) {
      giveUp(pullSources.get(source), reason, now);
    }
  }

  /** Gives up the source at this endpoint, whose process is dead. */
  void lost(String endpoints, String how, long now) {
    var node = EndpointPair.parse(endpoints);
    for (var pullSource : pullSources) {
      if (node.has(pullSource.name)) {
        giveUp(pullSource, how, now);
      }
    }
  }

  /** Reclaims what is overdue and sends requests as far as there is room. Call it periodically. */
  int work(long now, RequestSender sender) {
    if (now - progressed > policy.stallTimeout()) {
      stalled = true;
      String reason = "nothing came for " + policy.stallTimeout() / 1_000_000 + " ms";
      pullSources.forEach(pullSource -> giveUp(pullSource, reason, now));
      return 0;
    }
    int known = pullSources.size(); // the loop may add standbys
    for (int i = 0; i < known; i++) {
      reclaimOverdue(pullSources.get(i), now);
    }
    int asked = 0;
    for (var provider : trustedFirst()) {
      asked += requestAll(provider, now, sender);
    }
    turn++;
    return asked;
  }

  private List<PullSource> trustedFirst() {
    if (pullSources.size() == 1) {
      return pullSources;
    }
    var order = new ArrayList<PullSource>(pullSources.size());
    for (int i = 0; i < pullSources.size(); i++) {
      order.add(pullSources.get(Math.floorMod(turn + i, pullSources.size())));
    }
    order.sort(Comparator.comparing(pullSource -> !pullSource.isTrusted()));
    return order;
  }

  private int requestAll(PullSource pullSource, long now, RequestSender sender) {
    int asked = 0;
    while (pullSource.availableBytes(policy.windowBytes(), now) > 0) {
      Range range = next();
      if (range == null) {
        return asked + hedge(pullSource, now, sender);
      }
      if (!sender.send(pullSource.index, range.from, range.to)) {
        reclaimed.addFirst(range);
        return asked;
      }
      pullSource.addRange(new PullSource.PendingRange(range.from, range.to, now), now);
      asked++;
    }
    return asked;
  }

  /** Returns the next range to request: lost ranges first, then new ones in order. */
  private @Nullable Range next() {
    for (var range = reclaimed.pollFirst(); range != null; range = reclaimed.pollFirst()) {
      var missing = new ArrayList<Range>();
      arrived.forEachGap(range.from, range.to, (from, to) -> missing.add(new Range(from, to)));
      if (!missing.isEmpty()) {
        for (int i = missing.size() - 1; i > 0; i--) {
          reclaimed.addFirst(missing.get(i));
        }
        return cut(missing.getFirst());
      }
    }
    if (frontier == bytes) {
      return null;
    }
    long from = frontier;
    frontier = Math.min(bytes, from + policy.requestBytes());
    return new Range(from, frontier);
  }

  private Range cut(Range range) {
    long end = range.from + policy.requestBytes();
    if (range.to <= end) {
      return range;
    }
    reclaimed.addFirst(new Range(end, range.to));
    return new Range(range.from, end);
  }

  /**
   * Asks an idle source for the oldest range that another source still owes, once everything has
   * been requested.
   */
  private int hedge(PullSource idle, long now, RequestSender sender) {
    if (!idle.pendingRanges.isEmpty()) {
      return 0;
    }
    PullSource.PendingRange oldest = null;
    for (var pullSource : pullSources) {
      for (var pendingRange : pullSource.pendingRanges) {
        if (!pendingRange.hedged
            && now - pendingRange.asked > policy.hedgeDelay()
            && (oldest == null || pendingRange.asked < oldest.asked)) {
          oldest = pendingRange;
        }
      }
    }
    if (oldest == null || !sender.send(idle.index, oldest.next, oldest.to)) {
      return 0;
    }
    oldest.hedged = true;
    var copy = new PullSource.PendingRange(oldest.next, oldest.to, now);
    copy.hedged = true;
    idle.addRange(copy, now);
    return 1;
  }

  private void reclaimOverdue(PullSource pullSource, long now) {
    var oldest = pullSource.pendingRanges.peekFirst();
    if (oldest == null || now - oldest.touched <= policy.silenceTimeout()) {
      return;
    }
    if (!pullSource.isSilent(policy.silenceTimeout(), now)) {
      reclaim(pullSource.dropOldest(now));
      return;
    }
    reclaimAll(pullSource, now);
    int strikes = pullSource.countSilence(now);
    int max = pullSource.standby == null
        ? policy.maxSilences()
        : Math.min(STRIKES_BEFORE_STANDBY, policy.maxSilences());
    if (strikes >= max) {
      replace(
          pullSource,
          "silent for " + strikes + " times " + policy.silenceTimeout() / 1_000_000 + " ms",
          now);
    }
  }

  private void replace(PullSource pullSource, String reason, long now) {
    boolean lived = pullSource.isUsable();
    giveUp(pullSource, reason, now);
    if (lived && pullSource.standby != null) {
      replaced.add(pullSource.name);
      pullSources.add(
          new PullSource(pullSources.size(), new EndpointPair(pullSource.standby, null), now));
    }
  }

  private void giveUp(PullSource pullSource, String reason, long now) {
    pullSource.giveUp(reason);
    reclaimAll(pullSource, now);
  }

  private void reclaimAll(PullSource pullSource, long now) {
    while (!pullSource.pendingRanges.isEmpty()) {
      reclaim(pullSource.dropOldest(now));
    }
  }

  private void reclaim(PullSource.PendingRange pendingRange) {
    if (pendingRange.next < pendingRange.to) {
      reclaimed.addLast(new Range(pendingRange.next, pendingRange.to));
    }
  }

  /** Returns how many ranges describe what has arrived and what is to be requested. For tests. */
  int rangeCount() {
    int asks = pullSources.stream()
        .mapToInt(pullSource -> pullSource.pendingRanges.size())
        .sum();
    return arrived.count() + reclaimed.size() + asks;
  }
}
