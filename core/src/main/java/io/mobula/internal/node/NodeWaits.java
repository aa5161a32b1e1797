package io.mobula.internal.node;

import io.mobula.ObjectRef;
import io.mobula.info.WaitReport;
import io.mobula.internal.store.EntryRef;
import io.mobula.internal.store.ObjectStore;
import io.mobula.internal.wait.BlockedThread;
import io.mobula.internal.wait.WaitChainWalker;
import io.mobula.internal.wait.WaitPoint;
import io.mobula.internal.wait.WaitWatchdog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Supplier;

/** Waits of a node, part by part, for the watchdog and for queries of users. Thread-safe. */
public final class NodeWaits implements AutoCloseable {
  private static final Duration FOR_ANSWERS = Duration.ofSeconds(1);
  private static final int MAX_REPORTED = 1000;

  private final ObjectStore objects;
  private final WaitChainWalker.PeerQueries peers;
  private final List<Supplier<Iterator<? extends WaitPoint>>> sources;
  private final WaitWatchdog watch;

  /** Starts to watch the parts of a node. */
  static NodeWaits start(LocalParts local, WorkEngines engines, NodeServices services) {
    var waits = new NodeWaits(local, engines, services);
    waits.watch.start();
    return waits;
  }

  private NodeWaits(LocalParts local, WorkEngines engines, NodeServices services) {
    this.objects = local.objects();
    this.peers = services.waitQueries();
    this.sources = List.of(
        () -> BlockedThread.in(local.objects().node()).iterator(),
        () -> engines.tasks().pending().iterator(),
        () -> engines.actors().pending().iterator(),
        () -> local.groups().pendingRefs().iterator(),
        services::openRequests);
    this.watch = new WaitWatchdog("mobula-wait-watch", sources, peers);
  }

  /** Explains why a ref has no value; see {@link io.mobula.MobulaRuntime#whyPending}. */
  public WaitReport why(ObjectRef<?> ref) {
    objects.requireOpen();
    var entry = EntryRef.entryOf(ref, objects);
    return walker().walk(entry).report("ref " + ref.id() + ": ");
  }

  /** Explains everything that waits; see {@link io.mobula.MobulaRuntime#pending}. */
  public List<WaitReport> all() {
    objects.requireOpen();
    var walker = walker();
    var all = new ArrayList<WaitReport>();
    for (var source : sources) {
      var waiting = source.get();
      while (waiting.hasNext() && all.size() < MAX_REPORTED) {
        var chain = walker.walk(waiting.next());
        if (chain.end() != WaitReport.WaitCause.READY) {
          all.add(chain.report(""));
        }
      }
    }
    return List.copyOf(all);
  }

  private WaitChainWalker walker() {
    return WaitChainWalker.withTimeout(FOR_ANSWERS, peers);
  }

  @Override
  public void close() {
    watch.close();
  }
}
