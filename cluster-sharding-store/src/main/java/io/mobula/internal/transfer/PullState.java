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
 * Decides what one pull asks of which source: pure, no I/O, no clock. Belongs to one thread; times
 * are nanoseconds of any origin.
 *
 * <p>A request is the credit for its bytes, so a reader that does not ask is not sent anything, and
 * a source keeps no account of its readers' windows. Each source is kept busy up to a window; who
 * answers faster is asked more. A source answers in the order of the requests, each from its start
 * to its end: a chunk beyond the one awaited says that what lies between was lost, and it is asked
 * again at once. What nobody sends in time goes back and is asked of whoever has room. Everything
 * that arrives counts, whoever was asked for it and however often it comes. A source that cannot be
 * reached, or is silent, is replaced by its standby, the same node over another carrier.
 */
final class PullState {
  /** Takes a request to a source; false if that is not possible right now. */
  interface RequestSender {
    boolean send(int source, long from, long to);
  }

  /** Where a pull is. */
  enum Outcome {
    /** Sources are left. */
    RUNNING,
    /** All is there. */
    DONE,
    /** No source is left; it runs again if one is added. */
    STARVED,
    /** Nothing came for too long. */
    FAILED
  }

  private record Range(long from, long to) {}

  /** After how many silences a source that has a standby is given up for that. */
  private static final int STRIKES_BEFORE_STANDBY = 2;

  private final long bytes;
  private final PullPolicy policy;
  private final List<PullSource> pullSources = new ArrayList<>();
  private final List<String> replaced = new ArrayList<>(0);
  private final ByteRangeSet arrived = new ByteRangeSet();
  /**
   * What was asked before and is to be asked again; all else from the frontier on is yet unasked.
   */
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
   * One more source, unless it was one before: whoever was given up stays so. Whether it is new.
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

  /** How many sources there are and were; their numbers count from zero. */
  int sourceCount() {
    return pullSources.size();
  }

  /** The endpoint of a source. */
  String endpoint(int source) {
    return pullSources.get(source).name;
  }

  /** How many bytes have arrived, each counted once. */
  long arrived() {
    return arrived.covered();
  }

  /** What was wrong with each source that was given up. */
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

  /** Whether this source may have it open for us. */
  boolean wasAsked(int source) {
    return pullSources.get(source).wasRequested();
  }

  /** Whether these bytes are of this object, from one of its sources. */
  boolean isInBounds(int source, long from, long to) {
    return source >= 0 && source < pullSources.size() && from >= 0 && from < to && to <= bytes;
  }

  /** A chunk has arrived and is right. */
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

  /** A chunk of this source had a wrong checksum: nothing in it can be believed. */
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

  /** The source has no room for requests; it is asked again a little later. */
  void busy(int source, long now) {
    if (source < 0 || source >= pullSources.size()) {
      return;
    }
    var pullSource = pullSources.get(source);
    pullSource.noteActivity(now);
    reclaimAll(pullSource, now);
    pullSource.backOff(now + policy.busyBackoff());
  }

  /** There is no way to the source; its standby is asked from now on, if it has one. */
  void unreachable(int source, String reason, long now) {
    replace(pullSources.get(source), reason, now);
  }

  /** Whether the same node can be reached over another carrier, too. */
  boolean hasStandby(int source) {
    return pullSources.get(source).standby != null;
  }

  /** The endpoints whose standby was taken since this was asked before. */
  List<String> drainReplacedEndpoints() {
    if (replaced.isEmpty()) {
      return List.of();
    }
    var taken = List.copyOf(replaced);
    replaced.clear();
    return taken;
  }

  /** The source will not send it, or cannot. */
  void giveUp(int source, String reason, long now) {
    if (source >= 0 && source < pullSources.size()) {
      giveUp(pullSources.get(source), reason, now);
    }
  }

  /** The process at this endpoint is dead. */
  void lost(String endpoints, String how, long now) {
    var node = EndpointPair.parse(endpoints);
    for (var pullSource : pullSources) {
      if (node.has(pullSource.name)) {
        giveUp(pullSource, how, now);
      }
    }
  }

  /**
   * Takes back what is overdue and asks for what there is room for; to be called again and again.
   */
  int work(long now, RequestSender sender) {
    if (now - progressed > policy.stallTimeout()) {
      stalled = true;
      String reason = "nothing came for " + policy.stallTimeout() / 1_000_000 + " ms";
      pullSources.forEach(pullSource -> giveUp(pullSource, reason, now));
      return 0;
    }
    int known = pullSources.size(); // standbys may be added
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

  /** What is to be asked next: what was lost first, then what comes next in order. */
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

  /** Everything is asked: an idle source may get a copy of the oldest request that others owe. */
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
    int most = pullSource.standby == null
        ? policy.maxSilences()
        : Math.min(STRIKES_BEFORE_STANDBY, policy.maxSilences());
    if (strikes >= most) {
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

  /** For tests: how many ranges are kept to describe what has arrived and what is to be asked. */
  int rangeCount() {
    int asks = pullSources.stream()
        .mapToInt(pullSource -> pullSource.pendingRanges.size())
        .sum();
    return arrived.count() + reclaimed.size() + asks;
  }
}
