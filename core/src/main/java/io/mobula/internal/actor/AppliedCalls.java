package io.mobula.internal.actor;

import io.mobula.NodeId;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Table of the calls whose effects an actor's state contains and that may be repeated, with their
 * outcomes where those are kept. It is part of each checkpoint. Confined to the actor's thread.
 *
 * <p>A process reports which of its calls are answered, and older entries are dropped, as in RIFL
 * (Lee et al., SOSP 2015). In addition, the number of processes, the calls of each, and the bytes
 * of all outcomes are bounded; entries of the process that was seen longest ago are dropped first.
 * Entries of a process are dropped when it has been no member of the cluster for a while, as it
 * cannot call again. A repeated call whose entry may have been dropped is reported as possibly run,
 * never as not run.
 */
final class AppliedCalls {
  static final int MAX_PROCESSES = 1024;
  static final int MAX_CALLS = 1024;
  static final long MAX_BYTES = 8 << 20;

  /** Time for a new node to meet all members. */
  static final long ABSENT_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final Map<NodeId, CallingProcess> processes = new LinkedHashMap<>(16, 0.75f, true);
  private final Map<NodeId, Long> absentSince = new HashMap<>();
  private long bytes;
  // a whole process, so that a call of an unknown process may be one of its calls
  private boolean forgot;

  /** Calls of one process through its present client. */
  private static final class CallingProcess {
    final long stream;
    final TreeMap<Long, CompletionRecord> calls = new TreeMap<>();
    long dropped; // calls up to this number may have been dropped from the table

    CallingProcess(long stream) {
      this.stream = stream;
    }
  }

  /**
   * Returns the record of a repeated call: its outcome, {@code DISCARDED}, or null if the call is
   * to run.
   */
  @Nullable
  CompletionRecord find(CallOrigin call) {
    if (!call.repeated()) {
      return null;
    }
    var process = processes.get(call.process());
    if (process == null) {
      return forgot ? CompletionRecord.DISCARDED : null;
    }
    if (process.stream != call.stream()) {
      return null; // a later client: a client is retired when all its calls are answered
    }
    var known = process.calls.get(call.sequence());
    return known == null && call.sequence() <= process.dropped ? CompletionRecord.DISCARDED : known;
  }

  /** Adds a call that has run: the state contains its effect from now on. */
  void markApplied(CallOrigin call, CompletionRecord outcome) {
    var process = processes.get(call.process());
    if (process == null || process.stream < call.stream()) {
      forget(call.process());
      process = new CallingProcess(call.stream());
      processes.put(call.process(), process);
    }
    if (process.stream != call.stream()) {
      return;
    }
    put(process, call.sequence(), outcome);
    while (!process.calls.isEmpty() && process.calls.firstKey() < call.answeredBefore()) {
      removeFirst(process);
    }
    while (process.calls.size() > MAX_CALLS) {
      process.dropped = Math.max(process.dropped, removeFirst(process));
    }
    bound();
  }

  private void put(CallingProcess process, long sequence, CompletionRecord outcome) {
    var before = process.calls.put(sequence, outcome);
    bytes += outcome.bytes().length - (before == null ? 0 : before.bytes().length);
  }

  private long removeFirst(CallingProcess process) {
    var first = process.calls.pollFirstEntry();
    bytes -= first.getValue().bytes().length;
    return first.getKey();
  }

  private void bound() {
    while (processes.size() > MAX_PROCESSES) {
      forgot = true;
      forget(processes.keySet().iterator().next());
    }
    for (var each = processes.values().iterator(); bytes > MAX_BYTES && each.hasNext(); ) {
      dropOutcomes(each.next());
    }
  }

  /** Drops outcomes until the table is within its limit; that the calls have run is kept. */
  private void dropOutcomes(CallingProcess process) {
    for (var call : process.calls.entrySet()) {
      if (bytes <= MAX_BYTES) {
        return;
      }
      bytes -= call.getValue().bytes().length;
      call.setValue(CompletionRecord.DISCARDED);
    }
  }

  /**
   * Drops the calls of processes that have left the cluster; none of their calls is in flight.
   *
   * @param now the time on the clock of {@link System#nanoTime()}
   */
  void forgetAbsent(Predicate<NodeId> isMember, long now) {
    for (var node : List.copyOf(processes.keySet())) {
      if (isMember.test(node)) {
        absentSince.remove(node);
      } else if (now - absentSince.computeIfAbsent(node, absent -> now) >= ABSENT_NANOS) {
        forget(node);
      }
    }
  }

  private void forget(NodeId node) {
    absentSince.remove(node);
    var gone = processes.remove(node);
    if (gone != null) {
      gone.calls.values().forEach(outcome -> bytes -= outcome.bytes().length);
    }
  }

  /** Returns the number of calls in the table. */
  int size() {
    return processes.values().stream().mapToInt(process -> process.calls.size()).sum();
  }

  long bytes() {
    return bytes;
  }

  // ---- encoding in a checkpoint

  byte[] toBytes() {
    var out = new FrameWriter().flag(forgot).int32(processes.size());
    processes.forEach((node, process) -> {
      out.int64(node.incarnation()).int64(process.stream).int64(process.dropped);
      out.int32(process.calls.size());
      process.calls.forEach((sequence, outcome) -> outcome.write(out.int64(sequence)));
    });
    return out.toBytes();
  }

  static AppliedCalls read(byte[] bytes) {
    var in = new FrameReader(bytes);
    var calls = new AppliedCalls();
    calls.forgot = in.flag();
    for (int left = in.count(); left > 0; left--) {
      var node = new NodeId(in.int64());
      var process = new CallingProcess(in.int64());
      process.dropped = in.int64();
      for (int count = in.count(); count > 0; count--) {
        calls.put(process, in.int64(), CompletionRecord.read(in));
      }
      calls.processes.put(node, process);
    }
    return calls;
  }
}
