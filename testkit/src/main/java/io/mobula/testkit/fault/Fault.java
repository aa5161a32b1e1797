package io.mobula.testkit.fault;

import java.time.Duration;
import java.util.Objects;

/** Fault that a plan injects into a node or its machine. */
public sealed interface Fault {

  /** Returns how long the node may be missing because of the fault; zero if it stays a member. */
  Duration outage();

  /** Kill of the node's process as by {@code kill -9}; the node restarts. */
  record Kill() implements Fault {
    @Override
    public Duration outage() {
      return RESTART_TIME;
    }
  }

  /**
   * Pause of the node's process: SIGSTOP, and SIGCONT after {@code length}. A node that its cluster
   * has removed meanwhile ends by itself and restarts.
   */
  record Pause(Duration length) implements Fault {
    /** Refuses a null component. */
    public Pause {
      Objects.requireNonNull(length, "length");
    }

    @Override
    public Duration outage() {
      return length.plus(length.compareTo(REMOVAL_TIME) < 0 ? Duration.ZERO : RESTART_TIME);
    }
  }

  /** Load on the machine: processes that each occupy a CPU for {@code length}. */
  record CpuLoad(int count, Duration length) implements Fault {
    /** Refuses a number of processes below 1. */
    public CpuLoad {
      Objects.requireNonNull(length, "length");
      if (count < 1) {
        throw new IllegalArgumentException("Wanted " + count + " hogs: the least is 1");
      }
    }

    @Override
    public Duration outage() {
      return Duration.ZERO;
    }
  }

  /** Task on the node that calls {@link System#exit}. */
  record ExitInTask() implements Fault {
    @Override
    public Duration outage() {
      return RESTART_TIME;
    }
  }

  /** Task on the node that calls {@link Runtime#halt}. */
  record HaltInTask() implements Fault {
    @Override
    public Duration outage() {
      return RESTART_TIME;
    }
  }

  /**
   * Task on the node that allocates until the heap is full, and holds the memory until it fails.
   */
  record ExhaustHeapInTask() implements Fault {
    @Override
    public Duration outage() {
      return RESTART_TIME;
    }
  }

  /** Task on the node that computes forever, and is cancelled after {@code length}. */
  record SpinInTask(Duration length) implements Fault {
    /** Refuses a null component. */
    public SpinInTask {
      Objects.requireNonNull(length, "length");
    }

    @Override
    public Duration outage() {
      return Duration.ZERO;
    }
  }

  /**
   * Partition of the node's host from other hosts for {@code length}: packets are lost silently in
   * both directions, or only outgoing ones if {@code oneWay}. Needs a cluster with
   * {@link FaultTestCluster.Builder#partitions}.
   */
  record Partition(Duration length, boolean oneWay) implements Fault {
    /** Refuses a null component. */
    public Partition {
      Objects.requireNonNull(length, "length");
    }

    @Override
    public Duration outage() {
      return length.plus(length.compareTo(REMOVAL_TIME) < 0 ? Duration.ZERO : RESTART_TIME);
    }
  }

  /**
   * Partial partition for {@code length}: packets between the node's host and that of the next node
   * are lost in both directions, and all others reach both. The cluster may remove both of them.
   * Needs a cluster with {@link FaultTestCluster.Builder#partitions}.
   */
  record PartialPartition(Duration length) implements Fault {
    /** Refuses a null component. */
    public PartialPartition {
      Objects.requireNonNull(length, "length");
    }

    @Override
    public Duration outage() {
      return length.plus(length.compareTo(REMOVAL_TIME) < 0 ? Duration.ZERO : RESTART_TIME);
    }
  }

  /**
   * Full file system: a file fills the file system of all stores for {@code length}. Needs a
   * cluster with {@link FaultTestCluster.Builder#storeDisk}.
   */
  record FillStoreDisk(Duration length) implements Fault {
    /** Refuses a null component. */
    public FillStoreDisk {
      Objects.requireNonNull(length, "length");
    }

    @Override
    public Duration outage() {
      return Duration.ZERO;
    }
  }

  /**
   * Damage of the node's spilled files: every second file is truncated to half, and one byte of
   * every other is changed. Needs a cluster with {@link FaultTestCluster.Builder#spilling}.
   */
  record DamageSpilled() implements Fault {
    @Override
    public Duration outage() {
      return Duration.ZERO;
    }
  }

  /**
   * Kill of the {@linkplain FaultTestCluster.Builder#killedDriver drivers} outside this JVM as by
   * {@code kill -9}; they restart. The planned node is ignored.
   */
  record KillDriver() implements Fault {
    @Override
    public Duration outage() {
      return Duration.ZERO;
    }
  }

  /**
   * Jump of the wall clock of the node's process, backwards if negative, reverted after
   * {@code length}; {@link System#nanoTime} is unchanged. Needs a cluster with
   * {@link FaultTestCluster.Builder#clocks}.
   */
  record ClockJump(Duration by, Duration length) implements Fault {
    /** Refuses components that are null. */
    public ClockJump {
      Objects.requireNonNull(by, "by");
      Objects.requireNonNull(length, "length");
    }

    @Override
    public Duration outage() {
      return Duration.ZERO;
    }
  }

  /**
   * Pause, for {@code length}, of the one thread by which the node reads the frames of all other
   * processes; its other threads run meanwhile. Within a host frames are in shared memory, so this
   * is how they can be late: the memory loses and repeats none. Needs a cluster with
   * {@link FaultTestCluster.Builder#transportPauses}.
   */
  record PauseTransport(Duration length) implements Fault {
    /** Refuses a null component. */
    public PauseTransport {
      Objects.requireNonNull(length, "length");
    }

    @Override
    public Duration outage() {
      return Duration.ZERO;
    }
  }

  /**
   * Reset of all TCP connections to the node, each in the midst of the next message. Needs a
   * cluster with {@link FaultTestCluster.Builder#proxies}.
   */
  record ResetConnections() implements Fault {
    @Override
    public Duration outage() {
      return Duration.ZERO;
    }
  }

  /**
   * Close of one direction of all TCP connections to the node, each in the midst of the next
   * message. What is sent in that direction afterwards is lost until the connection is made anew.
   * Needs a cluster with {@link FaultTestCluster.Builder#proxies}.
   */
  record HalfCloseConnections() implements Fault {
    @Override
    public Duration outage() {
      return Duration.ZERO;
    }
  }

  /**
   * Slow TCP connections to the node for {@code length}: each direction of each connection carries
   * so many bytes in a second. Needs a cluster with {@link FaultTestCluster.Builder#proxies}.
   */
  record SlowConnections(long bytesPerSecond, Duration length) implements Fault {
    /** Refuses a speed below one byte. */
    public SlowConnections {
      Objects.requireNonNull(length, "length");
      if (bytesPerSecond < 1) {
        throw new IllegalArgumentException(
            "Wanted connections of " + bytesPerSecond + " bytes in a second: the least is 1");
      }
    }

    @Override
    public Duration outage() {
      return Duration.ZERO;
    }
  }

  /** Time that a node that has ended needs to become a member again, on a loaded machine. */
  Duration RESTART_TIME = Duration.ofSeconds(12);

  /** Shortest silence after which the cluster may remove a node. */
  Duration REMOVAL_TIME = Duration.ofSeconds(5);
}
