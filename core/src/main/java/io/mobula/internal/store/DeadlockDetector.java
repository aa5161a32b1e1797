package io.mobula.internal.store;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.internal.execution.Execution;
import io.mobula.internal.execution.ValueProducer;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Finds cycles of waiting executions that lead through several processes. A wait that lasts sends a
 * {@link DeadlockProbe} to the process that makes what it waits for. There the probe goes on along
 * what that work waits for; one that comes back to the work of its initiator proves that the wait
 * can never end. Safe for all threads; nothing blocks.
 *
 * <p>This is edge chasing: K. M. Chandy, J. Misra, L. M. Haas, "Distributed deadlock detection",
 * ACM TOCS 1(2), 1983. A probe that meets a wait of a higher rank ends, and that wait sends its
 * own, so that one party of a cycle finds it: D. P. Mitchell, M. J. Merritt, "A distributed
 * algorithm for deadlock detection and resolution", PODC 1984.
 *
 * <p>No false alarm: each step sees a wait that ends only with what it waits for, and a value that
 * is not there. When the probe is back at a wait that goes on, none of these can have changed but
 * by a cancellation, an interrupt or a death.
 */
@SuppressWarnings("ReferenceEquality") // owners are known by identity
public final class DeadlockDetector {
  private static final int MOST_PROBES = 64;
  private static final int MOST_REMEMBERED = 4096;

  private final NodeId self;
  private final AtomicLong numbers = new AtomicLong();
  private final Map<Long, BlockedExecution> lasting = new ConcurrentHashMap<>();
  private final List<Function<ObjectId, @Nullable Execution>> executionLookups =
      new CopyOnWriteArrayList<>();
  private final Map<SeenProbe, Boolean> passed = new LinkedHashMap<>() {
    private static final long serialVersionUID = 1L;

    @Override
    protected boolean removeEldestEntry(Map.Entry<SeenProbe, Boolean> eldest) {
      return size() > MOST_REMEMBERED;
    }
  }; // under its monitor
  private volatile @Nullable ProbeTransport probeTransport;

  /** One probe at one wait; what differs in hops only is the same. */
  private record SeenProbe(NodeId initiator, long number, int round, int wanted, long passed) {}

  /** The way of probes to other processes. */
  public interface ProbeTransport {
    /** Sends it; a process that is gone gets nothing. */
    void send(NodeId to, DeadlockProbe probe, ObjectId work);

    /** The entry of an object that other processes know, if it is known here and not there yet. */
    @Nullable
    ObjectEntry pending(ObjectId id);
  }

  DeadlockDetector(NodeId self) {
    this.self = self;
  }

  /** Other processes can be asked from now on. */
  public void useTransport(ProbeTransport with) {
    probeTransport = with;
  }

  /**
   * Work of other processes is done here.
   *
   * @param running gives what must end before the work of that name is done, or null
   */
  public void addExecutionLookup(Function<ObjectId, @Nullable Execution> running) {
    executionLookups.add(running);
  }

  // ---- waits of this process

  /**
   * The execution is about to wait. Throws if that can never end, as far as this process knows.
   *
   * @param spare how many of the entries need not come
   */
  BlockedExecution enter(
      Execution execution,
      List<ObjectEntry> entries,
      int spare,
      Deadline deadline,
      WaitLatch latch) {
    boolean endless = spare == 0 && deadline == Deadline.NEVER;
    var blocked = new BlockedExecution(
        numbers.incrementAndGet(), execution, entries, spare, endless, latch, this);
    LocalDeadlockCheck.check(blocked);
    latch.attach(blocked);
    return blocked;
  }

  /** It is over. */
  void leave(BlockedExecution blocked) {
    lasting.remove(blocked.number(), blocked);
  }

  /** It lasts: sends probes after what it waits for. */
  void sendProbes(BlockedExecution blocked) {
    var with = probeTransport;
    var owner = blocked.execution().owner();
    if (with == null
        || !(owner instanceof ValueProducer self) // only who makes something can be waited for
        || self.blockingExecution(blocked.execution().id()) == null) {
      return;
    }
    lasting.put(blocked.number(), blocked);
    int round = blocked.nextRound();
    int count = blocked.entries().size();
    int first = ThreadLocalRandom.current().nextInt(count);
    var sent = new int[1];
    for (int i = 0; i < count && sent[0] < MOST_PROBES; i++) {
      int wanted = (first + i) % count;
      var probe = new DeadlockProbe(
          this.self, blocked.number(), round, wanted, blocked.isEndless(), DeadlockProbe.MOST_HOPS);
      pursue(probe, List.of(blocked.entries().get(wanted)), with, sent);
    }
  }

  // ---- probes

  /** A probe has come after work of this process. */
  public void onProbe(DeadlockProbe probe, ObjectId work) {
    var with = probeTransport;
    if (with == null) {
      return;
    }
    var sent = new int[1];
    for (var guest : executionLookups) {
      var running = guest.apply(work);
      if (running != null) {
        pursue(probe, nextWaits(probe, running), with, sent);
        return;
      }
    }
    var entry = with.pending(work);
    if (entry != null) {
      pursue(probe, List.of(entry), with, sent);
    }
  }

  private void pursue(
      DeadlockProbe probe, Collection<ObjectEntry> wanted, ProbeTransport with, int[] sent) {
    var seen = new HashSet<ObjectEntry>();
    Queue<ObjectEntry> next = new ArrayDeque<>(wanted);
    while (!next.isEmpty() && seen.size() < LocalDeadlockCheck.MOST_STEPS) {
      var entry = next.remove();
      var producer = seen.add(entry) ? entry.producer() : null;
      if (producer == null) {
        continue; // it is there, or nobody makes it
      }
      var running = producer.blockingExecution(entry.id());
      if (running != null) {
        next.addAll(nextWaits(probe, running));
      } else {
        sendOn(probe, producer, entry.id(), with, sent);
      }
    }
  }

  private void sendOn(
      DeadlockProbe probe, ValueProducer producer, ObjectId id, ProbeTransport with, int[] sent) {
    var workLocation = producer.workLocation(id);
    boolean elsewhere = workLocation != null && !workLocation.node().equals(self);
    if (workLocation != null && elsewhere && probe.hops() > 0 && sent[0] < MOST_PROBES) {
      sent[0]++;
      with.send(workLocation.node(), probe.onward(), workLocation.work());
    }
  }

  /** What the execution waits for, unless the probe ends with it. */
  private List<ObjectEntry> nextWaits(DeadlockProbe probe, Execution running) {
    if (probe.initiator().equals(self)) {
      var initiator = lasting.get(probe.number());
      if (initiator == null) {
        return List.of(); // it waits no more
      }
      if (initiator.execution().owner() == running.owner()) {
        initiator.markHopeless(probe.wanted());
        return List.of();
      }
    }
    if (!(running.waitingOn() instanceof BlockedExecution blocked) || !isNew(probe, blocked)) {
      return List.of();
    }
    if (probe.yields() && outranks(blocked, probe)) {
      blocked.probeNow();
      return List.of();
    }
    return blocked.entries();
  }

  private boolean outranks(BlockedExecution blocked, DeadlockProbe probe) {
    int nodes = Long.compareUnsigned(self.incarnation(), probe.initiator().incarnation());
    return nodes > 0 || (nodes == 0 && blocked.number() > probe.number());
  }

  private boolean isNew(DeadlockProbe probe, BlockedExecution blocked) {
    var seenProbe = new SeenProbe(
        probe.initiator(), probe.number(), probe.round(), probe.wanted(), blocked.number());
    synchronized (passed) {
      return passed.put(seenProbe, true) == null;
    }
  }
}
