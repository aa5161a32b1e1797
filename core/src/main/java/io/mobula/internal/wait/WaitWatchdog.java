package io.mobula.internal.wait;

import io.mobula.NodeId;
import io.mobula.WaitReport;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks every two seconds at what waits in a node, and reports once each chain that ends nowhere,
 * or in a process that has been silent for long. A chain that ends nowhere must be the same in two
 * looks, as one look may fall between two steps of another thread; in ten where the machine has
 * more to do than it can, as that thread may have had no processor since. A look that comes late
 * does not count, as the process may have stood still.
 *
 * <p>A look examines at most 1 024 of what each part of the node lists, and asks each other process
 * about at most 64 of those, and about none that has waited for less than two seconds. The next
 * look goes on where it ended. It runs in a thread of its own, which waits for a second at most for
 * answers.
 */
public final class WaitWatchdog implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WaitWatchdog.class);
  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(2);
  private static final Duration LATE = Duration.ofMillis(500);
  private static final Duration FOR_ANSWERS = Duration.ofSeconds(1);
  private static final int MOST_EXAMINED = 1024;
  private static final int MOST_KNOWN = 1024; // that are reported already
  private static final double BUSY = 1.5; // how many want each processor
  private static final int FEW_LOOKS = 2;
  private static final int MANY_LOOKS = 10;
  private static final int MOST_REPORTS = 8; // in one look

  private final List<WaitSource> sources;
  private final PeerQueryLimiter peers;
  private final Consumer<WaitReport> reporter;
  private final IntSupplier confirmationsNeeded;
  private final Thread thread;
  private final LinkedHashMap<WaitPoint, WaitPoint> reported =
      new LinkedHashMap<>(); // last link → first
  private final Set<NodeId> reportedPeers = new HashSet<>();
  private final Set<NodeId> silent = new HashSet<>(); // in the present look
  private int left; // of the reports of the present look
  private Map<WaitPoint, SuspectedChain> suspected = Map.of(); // by what the chain ends at
  private volatile boolean closed;

  /** A chain that some looks have found to end nowhere; the next look walks it again. */
  private record SuspectedChain(WaitPoint from, WaitChain.EndIdentity identity, int looks) {}

  /** One part of a node that lists what waits, and how far the looks have come in its list. */
  private static final class WaitSource {
    private final Supplier<? extends Iterator<? extends WaitPoint>> all;
    private @Nullable Iterator<? extends WaitPoint> rest;

    WaitSource(Supplier<? extends Iterator<? extends WaitPoint>> all) {
      this.all = all;
    }

    /**
     * Gives the next ones, at most so many, and begins anew when there are no more.
     *
     * @param to says whether it wants another
     */
    void next(Predicate<WaitPoint> to) {
      var from = rest == null ? all.get() : rest;
      boolean more = true;
      for (int i = 0; i < MOST_EXAMINED && more && from.hasNext(); i++) {
        more = to.test(from.next());
      }
      rest = from.hasNext() ? from : null;
    }
  }

  /**
   * Looks at nothing before {@link #start}.
   *
   * @param name of its thread
   * @param sources each lists what waits in a part of the node, anew whenever it is asked
   */
  public WaitWatchdog(
      String name,
      List<? extends Supplier<? extends Iterator<? extends WaitPoint>>> sources,
      WaitChainWalker.PeerQueries peers) {
    this(
        name,
        sources,
        peers,
        report -> LOG.warn("What waits here will not end by itself: {}", report.text()),
        WaitWatchdog::confirmationsNeeded);
  }

  WaitWatchdog(
      String name,
      List<? extends Supplier<? extends Iterator<? extends WaitPoint>>> sources,
      WaitChainWalker.PeerQueries peers,
      Consumer<WaitReport> reporter,
      IntSupplier needed) {
    this.confirmationsNeeded = needed;
    this.sources = sources.stream().map(WaitSource::new).toList();
    this.peers = new PeerQueryLimiter(peers);
    this.reporter = reporter;
    this.thread = Thread.ofPlatform().daemon().name(name).unstarted(this::run);
  }

  /** How many looks must find the same: few where each thread has had a processor since. */
  private static int confirmationsNeeded() {
    var system = ManagementFactory.getOperatingSystemMXBean();
    double load = system.getSystemLoadAverage() / system.getAvailableProcessors();
    return load >= 0 && load < BUSY ? FEW_LOOKS : MANY_LOOKS;
  }

  /** Looks from now on. */
  public void start() {
    thread.start();
  }

  private void run() {
    while (!closed) {
      long before = System.nanoTime();
      try {
        Thread.sleep(BETWEEN_LOOKS);
      } catch (InterruptedException ends) {
        return;
      }
      long late = System.nanoTime() - before - BETWEEN_LOOKS.toNanos();
      try {
        inspect(late < LATE.toNanos());
      } catch (Throwable broken) { // the next look may see more
        LOG.error("A look at what waits has failed", broken);
      }
    }
  }

  /**
   * One look.
   *
   * @param punctual whether the one before is to count
   */
  void inspect(boolean punctual) {
    left = MOST_REPORTS;
    silent.clear();
    int counts = punctual ? 1 : 0;
    var before = suspected;
    var now = new HashMap<WaitPoint, SuspectedChain>();
    var walker = WaitChainWalker.withTimeout(FOR_ANSWERS, peers, BETWEEN_LOOKS);
    peers.resetLimit(MOST_EXAMINED); // what is suspected must be seen again in this look
    before.values().forEach(each -> assess(each.from(), walker.walk(each.from()), counts, now));
    forgetResolved(walker);
    for (var source : sources) {
      peers.resetLimit(PeerQueryLimiter.DEFAULT_LIMIT);
      source.next(from -> {
        assess(from, walker.walk(from), counts, now);
        return !peers.isExhausted();
      });
    }
    suspected = now;
    reportedPeers.retainAll(silent); // who answers again may be silent again
  }

  /** What was reported and does not end nowhere any more may be reported again. */
  private void forgetResolved(WaitChainWalker walker) {
    var first = reported.entrySet().iterator();
    if (first.hasNext()) { // one in each look, the longest known first
      var oldest = first.next();
      first.remove();
      switch (walker.walk(oldest.getValue()).end()) {
        case NOBODY, UNKNOWN, SILENT_PEER -> reported.put(oldest.getKey(), oldest.getValue());
        default -> {}
      }
    }
  }

  private void assess(
      WaitPoint from, WaitChain chain, int counts, Map<WaitPoint, SuspectedChain> now) {
    switch (chain.end()) {
      case NOBODY -> {
        var last = chain.last();
        if (reported.containsKey(last)) {
          return;
        }
        var endIdentity = chain.endIdentity();
        var seen = suspected.get(last);
        int before = seen != null && seen.identity().equals(endIdentity) ? seen.looks() : 0;
        int looks = counts + before;
        if (now.size() < MOST_EXAMINED) {
          now.putIfAbsent(last, new SuspectedChain(from, endIdentity, looks));
        }
        if (looks >= confirmationsNeeded.getAsInt()
            && left > 0) { // once, however many wait for that
          note(last, from);
          now.remove(last);
          tell(chain);
        }
      }
      case SILENT_PEER -> {
        var peer = chain.lastPeer();
        if (peer != null) {
          silent.add(peer);
          if (reportedPeers.add(peer)) { // once, however much waits for it
            tell(chain);
          }
        }
      }
      default -> {}
    }
  }

  private void note(WaitPoint last, WaitPoint from) {
    if (reported.size() >= MOST_KNOWN) {
      reported.pollFirstEntry();
    }
    reported.put(last, from);
  }

  private void tell(WaitChain chain) {
    if (!closed && left > 0) {
      left--;
      reporter.accept(chain.report(""));
    }
  }

  /** Looks no more. */
  @Override
  public void close() {
    closed = true;
    thread.interrupt();
  }
}
