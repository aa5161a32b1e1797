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
 * Detector of cycles of waiting executions across processes. A wait that lasts sends a
 * {@link DeadlockProbe} to the process that makes the object it waits for. There the probe follows
 * what that work waits for. A probe that returns to the work of its initiator proves that the wait
 * can never end. Safe for all threads; nothing blocks.
 *
 * <p>This is edge chasing: K. M. Chandy, J. Misra, L. M. Haas, "Distributed deadlock detection",
 * ACM TOCS 1(2), 1983. A probe that meets a wait of a higher rank ends, and that wait sends its own
 * probes, so that only one party of a cycle detects it: D. P. Mitchell, M. J. Merritt, "A
 * distributed algorithm for deadlock detection and resolution", PODC 1984.
 *
 * <p>There are no false alarms. Each step has seen a wait that ends only with the object it waits
 * for, and an object that was pending. When the probe returns to a wait that still goes on, only a
 * cancellation, an interrupt or a death can have changed any of these.
 */
@SuppressWarnings("ReferenceEquality") // owners are known by identity
public final class DeadlockDetector {
  private static final int MAX_PROBES = 64;
  private static final int MAX_REMEMBERED = 4096;

  private final NodeId self;
  private final AtomicLong numbers = new AtomicLong();
  private final Map<Long, BlockedExecution> lasting = new ConcurrentHashMap<>();
  private final List<Function<ObjectId, @Nullable Execution>> executionLookups =
      new CopyOnWriteArrayList<>();
  private final Map<SeenProbe, Boolean> passed = new LinkedHashMap<>() {
    private static final long serialVersionUID = 1L;

    @Override
    protected boolean removeEldestEntry(Map.Entry<SeenProbe, Boolean> eldest) {
      return size() > MAX_REMEMBERED;
    }
  }; // under its monitor
  private volatile @Nullable ProbeTransport probeTransport;

  /** Probe at one wait; probes that differ in their hops only are equal. */
  private record SeenProbe(NodeId initiator, long number, int round, int wanted, long passed) {}

  /** Transport of probes to other processes. */
  public interface ProbeTransport {
    /** Sends a probe; nothing happens if the process has left. */
    void send(NodeId to, DeadlockProbe probe, ObjectId work);

    /**
     * Returns the entry of a shared object if this process knows the object and it is pending; else
     * null.
     */
    @Nullable
    ObjectEntry pending(ObjectId id);
  }

  DeadlockDetector(NodeId self) {
    this.self = self;
  }

  /** Sets the transport, after which cycles through other processes are detected. */
  public void useTransport(ProbeTransport with) {
    probeTransport = with;
  }

  /**
   * Registers a lookup of work that this process does for others.
   *
   * @param running returns the execution that must end before the work with that id is done, or
   *     null
   */
  public void addExecutionLookup(Function<ObjectId, @Nullable Execution> running) {
    executionLookups.add(running);
  }

  // ---- waits of this process

  /**
   * Registers that the execution is about to wait. Throws if the wait can never end, as far as this
   * process knows.
   *
   * @param spare how many of the entries need not become ready
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

  /** Removes a wait that is over. */
  void leave(BlockedExecution blocked) {
    lasting.remove(blocked.number(), blocked);
  }

  /** Sends probes along the objects that a lasting wait is for. */
  void sendProbes(BlockedExecution blocked) {
    var with = probeTransport;
    var owner = blocked.execution().owner();
    if (with == null
        || !(owner instanceof ValueProducer self) // others cannot be waited for
        || self.blockingExecution(blocked.execution().id()) == null) {
      return;
    }
    lasting.put(blocked.number(), blocked);
    int round = blocked.nextRound();
    int count = blocked.entries().size();
    int first = ThreadLocalRandom.current().nextInt(count);
    var sent = new int[1];
    for (int i = 0; i < count && sent[0] < MAX_PROBES; i++) {
      int wanted = (first + i) % count;
      var probe = new DeadlockProbe(
          this.self, blocked.number(), round, wanted, blocked.isEndless(), DeadlockProbe.MAX_HOPS);
      pursue(probe, List.of(blocked.entries().get(wanted)), with, sent);
    }
  }

  // ---- probes

  /** Follows a probe that has arrived for work of this process. */
  public void onProbe(DeadlockProbe probe, ObjectId work) {
    var with = probeTransport;
    if (with == null) {
      return;
    }
    var sent = new int[1];
    for (var lookup : executionLookups) {
      var running = lookup.apply(work);
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
    while (!next.isEmpty() && seen.size() < LocalDeadlockCheck.MAX_STEPS) {
      var entry = next.remove();
      var producer = seen.add(entry) ? entry.producer() : null;
      if (producer == null) {
        continue; // it is ready, or nobody makes it
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
    if (workLocation != null && elsewhere && probe.hops() > 0 && sent[0] < MAX_PROBES) {
      sent[0]++;
      with.send(workLocation.node(), probe.onward(), workLocation.work());
    }
  }

  /** Returns the entries that the execution waits for, or none if the probe ends here. */
  private List<ObjectEntry> nextWaits(DeadlockProbe probe, Execution running) {
    if (probe.initiator().equals(self)) {
      var initiator = lasting.get(probe.number());
      if (initiator == null) {
        return List.of(); // the initiator does not wait any more
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
