package io.mobula.internal.transfer;

import io.mobula.spi.Sources;
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
  interface Asker {
    boolean ask(int source, long from, long to);
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
  private final Terms terms;
  private final List<Provider> providers = new ArrayList<>();
  private final List<String> replaced = new ArrayList<>(0);
  private final Ranges arrived = new Ranges();
  /**
   * What was asked before and is to be asked again; all else from the frontier on is yet unasked.
   */
  private final ArrayDeque<Range> returned = new ArrayDeque<>();

  private long frontier;
  private long progressed;
  private boolean stalled;
  private int turn;

  PullState(List<String> sources, long bytes, Terms terms, long now) {
    this.bytes = bytes;
    this.terms = terms;
    this.progressed = now;
    for (var node : sources) {
      providers.add(new Provider(providers.size(), EndpointPair.parse(node), now));
    }
  }

  Outcome outcome() {
    if (arrived.covered() == bytes) {
      return Outcome.DONE;
    }
    if (stalled) {
      return Outcome.FAILED;
    }
    return providers.stream().anyMatch(Provider::lives) ? Outcome.RUNNING : Outcome.STARVED;
  }

  /**
   * One more source, unless it was one before: whoever was given up stays so. Whether it is new.
   */
  boolean add(String endpoints, long now) {
    var node = EndpointPair.parse(endpoints);
    if (providers.size() >= Sources.MOST
        || providers.stream().anyMatch(provider -> provider.name.equals(node.first()))) {
      return false;
    }
    providers.add(new Provider(providers.size(), node, now));
    return true;
  }

  /** How many sources there are and were; their numbers count from zero. */
  int sources() {
    return providers.size();
  }

  /** The endpoint of a source. */
  String endpoint(int source) {
    return providers.get(source).name;
  }

  /** How many bytes have arrived, each counted once. */
  long arrived() {
    return arrived.covered();
  }

  /** What was wrong with each source that was given up. */
  Map<String, String> reasons() {
    var result = new LinkedHashMap<String, String>();
    for (var provider : providers) {
      var reason = provider.reason();
      if (reason != null) {
        result.put(provider.name, reason);
      }
    }
    return result;
  }

  /** Whether this source may have it open for us. */
  boolean wasAsked(int source) {
    return providers.get(source).wasAsked();
  }

  /** Whether these bytes are of this object, from one of its sources. */
  boolean fits(int source, long from, long to) {
    return source >= 0 && source < providers.size() && from >= 0 && from < to && to <= bytes;
  }

  /** A chunk has arrived and is right. */
  void arrived(int source, long from, long to, long now) {
    var provider = providers.get(source);
    provider.heard(now);
    provider.sentRight();
    if (arrived.add(from, to) > 0) {
      progressed = now;
    }
    var ask = provider.covering(from, to);
    if (ask == null) {
      return;
    }
    while (provider.asks.getFirst() != ask) {
      putBack(provider.dropOldest(now));
    }
    if (to > ask.next) {
      arrived.gaps(ask.next, from, (low, high) -> returned.addFirst(new Range(low, high)));
      provider.advance(ask, to);
    }
    ask.touched = now;
    if (ask.next == ask.to) {
      provider.dropOldest(now);
    }
  }

  /** A chunk of this source had a wrong checksum: nothing in it can be believed. */
  void corrupt(int source, long now) {
    if (source < 0 || source >= providers.size()) {
      return;
    }
    var provider = providers.get(source);
    provider.heard(now);
    if (provider.corrupted() >= terms.corrupt()) {
      giveUp(provider, "too many chunks with a wrong checksum", now);
    }
  }

  /** The source has no room for requests; it is asked again a little later. */
  void busy(int source, long now) {
    if (source < 0 || source >= providers.size()) {
      return;
    }
    var provider = providers.get(source);
    provider.heard(now);
    putAllBack(provider, now);
    provider.rest(now + terms.busy());
  }

  /** There is no way to the source; its standby is asked from now on, if it has one. */
  void unreachable(int source, String reason, long now) {
    replace(providers.get(source), reason, now);
  }

  /** Whether the same node can be reached over another carrier, too. */
  boolean hasStandby(int source) {
    return providers.get(source).standby != null;
  }

  /** The endpoints whose standby was taken since this was asked before. */
  List<String> takeReplaced() {
    if (replaced.isEmpty()) {
      return List.of();
    }
    var taken = List.copyOf(replaced);
    replaced.clear();
    return taken;
  }

  /** The source will not send it, or cannot. */
  void giveUp(int source, String reason, long now) {
    if (source >= 0 && source < providers.size()) {
      giveUp(providers.get(source), reason, now);
    }
  }

  /** The process at this endpoint is dead. */
  void lost(String endpoints, String how, long now) {
    var node = EndpointPair.parse(endpoints);
    for (var provider : providers) {
      if (node.has(provider.name)) {
        giveUp(provider, how, now);
      }
    }
  }

  /**
   * Takes back what is overdue and asks for what there is room for; to be called again and again.
   */
  int work(long now, Asker asker) {
    if (now - progressed > terms.stall()) {
      stalled = true;
      String reason = "nothing came for " + terms.stall() / 1_000_000 + " ms";
      providers.forEach(provider -> giveUp(provider, reason, now));
      return 0;
    }
    int known = providers.size(); // standbys may be added
    for (int i = 0; i < known; i++) {
      takeBackOverdue(providers.get(i), now);
    }
    int asked = 0;
    for (var provider : trustedFirst()) {
      asked += askAll(provider, now, asker);
    }
    turn++;
    return asked;
  }

  private List<Provider> trustedFirst() {
    if (providers.size() == 1) {
      return providers;
    }
    var order = new ArrayList<Provider>(providers.size());
    for (int i = 0; i < providers.size(); i++) {
      order.add(providers.get(Math.floorMod(turn + i, providers.size())));
    }
    order.sort(Comparator.comparing(provider -> !provider.isTrusted()));
    return order;
  }

  private int askAll(Provider provider, long now, Asker asker) {
    int asked = 0;
    while (provider.room(terms.window(), now) > 0) {
      Range range = next();
      if (range == null) {
        return asked + hedge(provider, now, asker);
      }
      if (!asker.ask(provider.index, range.from, range.to)) {
        returned.addFirst(range);
        return asked;
      }
      provider.asked(new Provider.Ask(range.from, range.to, now), now);
      asked++;
    }
    return asked;
  }

  /** What is to be asked next: what was lost first, then what comes next in order. */
  private @Nullable Range next() {
    for (var range = returned.pollFirst(); range != null; range = returned.pollFirst()) {
      var missing = new ArrayList<Range>();
      arrived.gaps(range.from, range.to, (from, to) -> missing.add(new Range(from, to)));
      if (!missing.isEmpty()) {
        for (int i = missing.size() - 1; i > 0; i--) {
          returned.addFirst(missing.get(i));
        }
        return cut(missing.getFirst());
      }
    }
    if (frontier == bytes) {
      return null;
    }
    long from = frontier;
    frontier = Math.min(bytes, from + terms.piece());
    return new Range(from, frontier);
  }

  private Range cut(Range range) {
    long end = range.from + terms.piece();
    if (range.to <= end) {
      return range;
    }
    returned.addFirst(new Range(end, range.to));
    return new Range(range.from, end);
  }

  /** Everything is asked: an idle source may get a copy of the oldest request that others owe. */
  private int hedge(Provider idle, long now, Asker asker) {
    if (!idle.asks.isEmpty()) {
      return 0;
    }
    Provider.Ask oldest = null;
    for (var provider : providers) {
      for (var ask : provider.asks) {
        if (!ask.hedged
            && now - ask.asked > terms.hedge()
            && (oldest == null || ask.asked < oldest.asked)) {
          oldest = ask;
        }
      }
    }
    if (oldest == null || !asker.ask(idle.index, oldest.next, oldest.to)) {
      return 0;
    }
    oldest.hedged = true;
    var copy = new Provider.Ask(oldest.next, oldest.to, now);
    copy.hedged = true;
    idle.asked(copy, now);
    return 1;
  }

  private void takeBackOverdue(Provider provider, long now) {
    var oldest = provider.asks.peekFirst();
    if (oldest == null || now - oldest.touched <= terms.patience()) {
      return;
    }
    if (!provider.isSilent(terms.patience(), now)) {
      putBack(provider.dropOldest(now));
      return;
    }
    putAllBack(provider, now);
    int strikes = provider.strike(now);
    int most = provider.standby == null
        ? terms.strikes()
        : Math.min(STRIKES_BEFORE_STANDBY, terms.strikes());
    if (strikes >= most) {
      replace(
          provider,
          "silent for " + strikes + " times " + terms.patience() / 1_000_000 + " ms",
          now);
    }
  }

  private void replace(Provider provider, String reason, long now) {
    boolean lived = provider.lives();
    giveUp(provider, reason, now);
    if (lived && provider.standby != null) {
      replaced.add(provider.name);
      providers.add(new Provider(providers.size(), new EndpointPair(provider.standby, null), now));
    }
  }

  private void giveUp(Provider provider, String reason, long now) {
    provider.giveUp(reason);
    putAllBack(provider, now);
  }

  private void putAllBack(Provider provider, long now) {
    while (!provider.asks.isEmpty()) {
      putBack(provider.dropOldest(now));
    }
  }

  private void putBack(Provider.Ask ask) {
    if (ask.next < ask.to) {
      returned.addLast(new Range(ask.next, ask.to));
    }
  }

  /** For tests: how many ranges are kept to describe what has arrived and what is to be asked. */
  int entries() {
    int asks = providers.stream().mapToInt(provider -> provider.asks.size()).sum();
    return arrived.parts() + returned.size() + asks;
  }
}
