package io.mobula.testkit.fault;

import java.time.Duration;
import java.util.Objects;

/** What a plan does to a node, or to the machine beside it. */
public sealed interface Fault {

  /** For how long the node may be missing because of it; zero when it stays a member. */
  Duration outage();

  /** Its process is ended as {@code kill -9} does, and started again. */
  record Kill() implements Fault {
    @Override
    public Duration outage() {
      return RESTART_TIME;
    }
  }

  /**
   * Its process is stopped (SIGSTOP) and goes on after that time (SIGCONT). A node that its cluster
   * has removed meanwhile ends by itself, and is started again.
   */
  record Pause(Duration length) implements Fault {
    /** Refuses null. */
    public Pause {
      Objects.requireNonNull(length, "length");
    }

    @Override
    public Duration outage() {
      return length.plus(length.compareTo(REMOVAL_TIME) < 0 ? Duration.ZERO : RESTART_TIME);
    }
  }

  /** Processes of the machine that each want a CPU, for that time. */
  record CpuLoad(int count, Duration length) implements Fault {
    /** Refuses less than one. */
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

  /** A task there calls {@link System#exit}. */
  record ExitInTask() implements Fault {
    @Override
    public Duration outage() {
      return RESTART_TIME;
    }
  }

  /** A task there calls {@link Runtime#halt}. */
  record HaltInTask() implements Fault {
    @Override
    public Duration outage() {
      return RESTART_TIME;
    }
  }

  /** A task there allocates until the heap is full, and holds all of it until it fails. */
  record ExhaustHeapInTask() implements Fault {
    @Override
    public Duration outage() {
      return RESTART_TIME;
    }
  }

  /** A task there computes for ever, and is cancelled after that time. */
  record SpinInTask(Duration length) implements Fault {
    /** Refuses null. */
    public SpinInTask {
      Objects.requireNonNull(length, "length");
    }

    @Override
    public Duration outage() {
      return Duration.ZERO;
    }
  }

  /**
   * Nothing that its host sends arrives at other hosts for that time, and nothing that they send
   * arrives there, unless {@code oneWay}. Nobody is told. Wants a cluster with
   * {@link FaultTestCluster.Builder#partitions}.
   */
  record Partition(Duration length, boolean oneWay) implements Fault {
    /** Refuses null. */
    public Partition {
      Objects.requireNonNull(length, "length");
    }

    @Override
    public Duration outage() {
      return length.plus(length.compareTo(REMOVAL_TIME) < 0 ? Duration.ZERO : RESTART_TIME);
    }
  }

  /**
   * A competitor fills the file system that all stores are in, for that time. Wants a cluster with
   * {@link FaultTestCluster.Builder#storeDisk}.
   */
  record FillStoreDisk(Duration length) implements Fault {
    /** Refuses null. */
    public FillStoreDisk {
      Objects.requireNonNull(length, "length");
    }

    @Override
    public Duration outage() {
      return Duration.ZERO;
    }
  }

  /**
   * Every second file that it has spilled is cut to half, and one byte of every other is changed.
   * Wants a cluster with {@link FaultTestCluster.Builder#spilling}.
   */
  record DamageSpilled() implements Fault {
    @Override
    public Duration outage() {
      return Duration.ZERO;
    }
  }

  /**
   * The processes of the {@linkplain FaultTestCluster.Builder#killedDriver drivers} that are not
   * spared are ended as {@code kill -9} does, and started again. Whichever node it is planned for.
   */
  record KillDriver() implements Fault {
    @Override
    public Duration outage() {
      return Duration.ZERO;
    }
  }

  /**
   * The wall clock of its process jumps, forwards, or backwards where negative, and back again
   * after that time; {@link System#nanoTime} goes on as it did. Wants a cluster with
   * {@link FaultTestCluster.Builder#clocks}.
   */
  record ClockJump(Duration by, Duration length) implements Fault {
    /** Refuses nulls. */
    public ClockJump {
      Objects.requireNonNull(by, "by");
      Objects.requireNonNull(length, "length");
    }

    @Override
    public Duration outage() {
      return Duration.ZERO;
    }
  }

  /** What a node that has ended needs until it is a member again, on a machine with other work. */
  Duration RESTART_TIME = Duration.ofSeconds(12);

  /** From how long on a silent node may be removed by its cluster. */
  Duration REMOVAL_TIME = Duration.ofSeconds(5);
}
