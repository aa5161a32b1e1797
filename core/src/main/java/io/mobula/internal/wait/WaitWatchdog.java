package io.mobula.internal.wait;

import io.mobula.NodeId;
import io.mobula.info.WaitReport;
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
 * Watchdog that inspects every two seconds what waits in a node. It reports each chain of waits
 * once if the chain will not end by itself, or if it leads to a process that has been silent for
 * long. A chain that will not end must be found the same in two consecutive inspections, as one
 * inspection may fall between two steps of another thread; on an overloaded machine in ten, as that
 * thread may have had no processor in between. An inspection that comes late does not count, as the
 * process may have been stopped.
 *
 * <p>An inspection examines at most 1 024 wait points of each part of the node. It queries each
 * other process about at most 64 of them, and about none that has waited for less than two seconds.
 * The next inspection continues where the last one ended. Inspections run in a thread of their own,
 * which waits at most a second for answers.
 */
public final class WaitWatchdog implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WaitWatchdog.class);
  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(2);
  private static final Duration LATE = Duration.ofMillis(500);
  private static final Duration FOR_ANSWERS = Duration.ofSeconds(1);
  private static final int MAX_EXAMINED = 1024;
  private static final int MAX_KNOWN = 1024; // maximum number of chains remembered as reported
  private static final double BUSY = 1.5; // runnable threads per processor
  private static final int FEW_LOOKS = 2;
  private static final int MANY_LOOKS = 10;
  private static final int MAX_REPORTS = 8; // in one inspection

  private final List<WaitSource> sources;
  private final PeerQueryLimiter peers;
  private final Consumer<WaitReport> reporter;
  private final IntSupplier confirmationsNeeded;
  private final Thread thread;
  // last subject of the chain → first subject
  private final LinkedHashMap<WaitPoint, WaitPoint> reported = new LinkedHashMap<>();
  private final Set<NodeId> reportedPeers = new HashSet<>();
  private final Set<NodeId> silent = new HashSet<>(); // in the current inspection
  private int left; // reports left in the current inspection
  private Map<WaitPoint, SuspectedChain> suspected = Map.of(); // by the last subject of the chain
  private volatile boolean closed;

  /**
   * A chain that some inspections found not to end by itself; the next inspection walks it again.
   */
  private record SuspectedChain(WaitPoint from, WaitChain.EndIdentity identity, int looks) {}

  /**
   * List of wait points of one part of a node, and the position of the inspections in that list.
   */
  private static final class WaitSource {
    private final Supplier<? extends Iterator<? extends WaitPoint>> all;
    private @Nullable Iterator<? extends WaitPoint> rest;

    WaitSource(Supplier<? extends Iterator<? extends WaitPoint>> all) {
      this.all = all;
    }

    /**
     * Passes on the next wait points, up to a maximum, and starts again at the end of the list.
     *
     * @param to returns whether it takes another
     */
    void next(Predicate<WaitPoint> to) {
      var from = rest == null ? all.get() : rest;
      boolean more = true;
      for (int i = 0; i < MAX_EXAMINED && more && from.hasNext(); i++) {
        more = to.test(from.next());
      }
      rest = from.hasNext() ? from : null;
    }
  }

  /**
   * Makes a watchdog that inspects nothing before {@link #start}.
   *
   * @param name name of its thread
   * @param sources each lists the wait points of a part of the node, afresh on every call
   */
  public WaitWatchdog(
      String name,
      List<? extends Supplier<? extends Iterator<? extends WaitPoint>>> sources,
      WaitChainWalker.PeerQueries peers) {
    this(
        name,
        sources,
        peers,
        report -> LOG.warn("This wait will not end by itself: {}", report.text()),
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

  /**
   * Returns how many inspections must agree: few if the load is so low that each thread had a
   * processor in between.
   */
  private static int confirmationsNeeded() {
    var system = ManagementFactory.getOperatingSystemMXBean();
    double load = system.getSystemLoadAverage() / system.getAvailableProcessors();
    return load >= 0 && load < BUSY ? FEW_LOOKS : MANY_LOOKS;
  }

  /** Starts the inspections in their thread. */
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
      } catch (Throwable broken) { // the next inspection may succeed
        LOG.error("An inspection of waits has failed", broken);
      }
    }
  }

  /**
   * Runs one inspection of the node.
   *
   * @param punctual whether the time since the previous inspection counts
   */
  void inspect(boolean punctual) {
    left = MAX_REPORTS;
    silent.clear();
    int counts = punctual ? 1 : 0;
    var before = suspected;
    var now = new HashMap<WaitPoint, SuspectedChain>();
    var walker = WaitChainWalker.withTimeout(FOR_ANSWERS, peers, BETWEEN_LOOKS);
    peers.resetLimit(MAX_EXAMINED); // suspected chains must be examined again in this inspection
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
    reportedPeers.retainAll(silent); // a process that answers again may be reported again
  }

  /**
   * Forgets reported chains that would end by themselves now, so that they can be reported again.
   */
  private void forgetResolved(WaitChainWalker walker) {
    var first = reported.entrySet().iterator();
    if (first.hasNext()) { // one in each inspection, the longest known first
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
        if (now.size() < MAX_EXAMINED) {
          now.putIfAbsent(last, new SuspectedChain(from, endIdentity, looks));
        }
        // reported once, however many wait for the same
        if (looks >= confirmationsNeeded.getAsInt() && left > 0) {
          note(last, from);
          now.remove(last);
          tell(chain);
        }
      }
      case SILENT_PEER -> {
        var peer = chain.lastPeer();
        if (peer != null) {
          silent.add(peer);
          if (reportedPeers.add(peer)) { // once, however many wait for that process
            tell(chain);
          }
        }
      }
      default -> {}
    }
  }

  private void note(WaitPoint last, WaitPoint from) {
    if (reported.size() >= MAX_KNOWN) {
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

  /** Stops the inspections for good. */
  @Override
  public void close() {
    closed = true;
    thread.interrupt();
  }
}
