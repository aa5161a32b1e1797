package io.mobula.testkit.fault;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Plan of faults: which fault happens when and on which node, drawn from a seed, so that the same
 * seed with the same options is the same plan. Immutable.
 *
 * <p>Drawn faults stay within what a cluster promises to survive: at any time fewer than half of
 * the nodes are missing, including nodes that restart. Faults that {@link Builder#add adds} are
 * used as they are.
 *
 * <pre>{@code
 * FaultPlan plan = FaultPlan.builder().seed(42).nodes(4).length(Duration.ofMinutes(2)).build();
 * }</pre>
 */
public final class FaultPlan {
  private final long seed;
  private final int nodes;
  private final Duration length;
  private final List<PlannedFault> faults;

  /** Kind of fault that can be drawn. */
  public enum Kind {
    /** Kill of a process; see {@link Fault.Kill}. */
    KILL(6),
    /** Pause for 2 s; see {@link Fault.Pause}. */
    SHORT_PAUSE(3),
    /**
     * Pause for 20 s, longer than a node of another host may be silent; see {@link Fault.Pause}.
     */
    LONG_PAUSE(1),
    /**
     * Pause for 60 s, longer than a process of the same host may be stopped; see
     * {@link Fault.Pause}.
     */
    VERY_LONG_PAUSE(1),
    /** Load on the machine's CPUs; see {@link Fault.CpuLoad}. */
    CPU_LOAD(1),
    /** Task that exits; see {@link Fault.ExitInTask}. */
    EXIT_IN_TASK(1),
    /** Task that halts; see {@link Fault.HaltInTask}. */
    HALT_IN_TASK(1),
    /** Task that exhausts the heap; see {@link Fault.ExhaustHeapInTask}. */
    EXHAUST_HEAP_IN_TASK(1),
    /** Task that computes forever; see {@link Fault.SpinInTask}. */
    SPIN_IN_TASK(2),
    /**
     * Partition in both directions for 2 s or 20 s; see {@link Fault.Partition}. Only drawn on
     * request.
     */
    PARTITION(0),
    /** Partition in one direction; see {@link Fault.Partition}. Only drawn on request. */
    ONE_WAY_PARTITION(0),
    /** Full file system of the stores; see {@link Fault.FillStoreDisk}. Only drawn on request. */
    FILL_STORE_DISK(0),
    /** Damage of spilled files; see {@link Fault.DamageSpilled}. Only drawn on request. */
    DAMAGE_SPILLED(0),
    /** Kill of the other drivers; see {@link Fault.KillDriver}. Only drawn on request. */
    KILL_DRIVER(0),
    /**
     * Clock jump by up to six hours, for up to 10 s; see {@link Fault.ClockJump}. Only drawn on
     * request.
     */
    CLOCK_JUMP(0),
    /**
     * Pause of the thread that reads frames, for up to 2 s; see {@link Fault.PauseTransport}. Only
     * drawn on request.
     */
    TRANSPORT_PAUSE(0),
    /** Reset of connections; see {@link Fault.ResetConnections}. Only drawn on request. */
    CONNECTION_RESET(0),
    /** Half-closed connections; see {@link Fault.HalfCloseConnections}. Only drawn on request. */
    CONNECTION_HALF_CLOSE(0),
    /**
     * Connections of 64 to 512 KiB in a second, for up to 5 s; see {@link Fault.SlowConnections}.
     * Only drawn on request.
     */
    CONNECTION_SLOW(0),
    /**
     * Partition of two hosts that all others reach, for 2 s or 20 s; see
     * {@link Fault.PartialPartition}. Only drawn on request.
     */
    PARTIAL_PARTITION(0);

    private final int weight;

    Kind(int weight) {
      this.weight = weight;
    }

    private Fault draw(Random random) {
      return switch (this) {
        case KILL -> new Fault.Kill();
        case SHORT_PAUSE -> new Fault.Pause(Duration.ofSeconds(2));
        case LONG_PAUSE -> new Fault.Pause(Duration.ofSeconds(20));
        case VERY_LONG_PAUSE -> new Fault.Pause(Duration.ofSeconds(60));
        case CPU_LOAD ->
          new Fault.CpuLoad(1 + random.nextInt(4), Duration.ofSeconds(2 + random.nextInt(9)));
        case EXIT_IN_TASK -> new Fault.ExitInTask();
        case HALT_IN_TASK -> new Fault.HaltInTask();
        case EXHAUST_HEAP_IN_TASK -> new Fault.ExhaustHeapInTask();
        case PARTITION -> new Fault.Partition(cut(random), false);
        case ONE_WAY_PARTITION -> new Fault.Partition(cut(random), true);
        case FILL_STORE_DISK -> new Fault.FillStoreDisk(Duration.ofSeconds(1 + random.nextInt(5)));
        case DAMAGE_SPILLED -> new Fault.DamageSpilled();
        case KILL_DRIVER -> new Fault.KillDriver();
        case CLOCK_JUMP ->
          new Fault.ClockJump(
              Duration.ofMinutes(random.nextInt(721) - 360),
              Duration.ofSeconds(1 + random.nextInt(10)));
        case TRANSPORT_PAUSE ->
          new Fault.PauseTransport(Duration.ofMillis(50 + random.nextInt(1_950)));
        case CONNECTION_RESET -> new Fault.ResetConnections();
        case CONNECTION_HALF_CLOSE -> new Fault.HalfCloseConnections();
        case CONNECTION_SLOW ->
          new Fault.SlowConnections(
              (64L << 10) << random.nextInt(4), Duration.ofSeconds(1 + random.nextInt(5)));
        case PARTIAL_PARTITION -> new Fault.PartialPartition(cut(random));
        case SPIN_IN_TASK -> new Fault.SpinInTask(Duration.ofMillis(200 + random.nextInt(3_000)));
      };
    }
  }

  private static Duration cut(Random random) {
    return Duration.ofSeconds(random.nextBoolean() ? 2 : 20);
  }

  private FaultPlan(long seed, int nodes, Duration length, List<PlannedFault> faults) {
    this.seed = seed;
    this.nodes = nodes;
    this.length = length;
    this.faults = List.copyOf(faults);
  }

  /**
   * Returns a builder; by default three nodes and a minute, with the usual kinds and a fault every
   * three seconds.
   */
  public static Builder builder() {
    return new Builder();
  }

  /** Returns the seed of the plan. */
  public long seed() {
    return seed;
  }

  /** Returns the number of nodes of the plan. */
  public int nodes() {
    return nodes;
  }

  /** Returns the length of the plan. */
  public Duration length() {
    return length;
  }

  /** Returns all faults, in the order of time. */
  public List<PlannedFault> faults() {
    return faults;
  }

  /** Builder of a plan. For one thread. */
  public static final class Builder {
    private final Map<Kind, Integer> weights = new EnumMap<>(Kind.class);
    private final List<PlannedFault> added = new ArrayList<>();
    private final Set<Integer> spared = new HashSet<>();
    private long seed = 1;
    private int nodes = 3;
    private Duration length = Duration.ofMinutes(1);
    private Duration interval = Duration.ofSeconds(3);

    private Builder() {
      for (var kind : Kind.values()) {
        weights.put(kind, kind.weight);
      }
    }

    /** Sets the seed from which the plan is drawn. */
    public Builder seed(long number) {
      seed = number;
      return this;
    }

    /** Sets the number of nodes; at least three, so that one may be missing. */
    public Builder nodes(int count) {
      if (count < 3) {
        throw new IllegalArgumentException("Wanted faults for " + count + " nodes: the least is 3");
      }
      nodes = count;
      return this;
    }

    /** Sets how long faults happen. */
    public Builder length(Duration time) {
      length = positive("length", time);
      return this;
    }

    /** Sets the mean time between two faults. */
    public Builder interval(Duration time) {
      interval = positive("interval", time);
      return this;
    }

    /** Sets the weight of a kind relative to the others; zero for never. */
    public Builder weight(Kind kind, int weight) {
      if (weight < 0) {
        throw new IllegalArgumentException("Wanted the weight " + weight + " for " + kind);
      }
      weights.put(kind, weight);
      return this;
    }

    /**
     * Restricts the plan to these kinds, with their default weights, or 1 where that is zero;
     * without arguments no fault is drawn.
     */
    public Builder only(Kind... kinds) {
      weights.replaceAll((kind, weight) -> 0);
      for (var kind : kinds) {
        weights.put(kind, Math.max(1, kind.weight));
      }
      return this;
    }

    /** Excludes a node from drawn faults, so that it can observe the others. */
    public Builder spare(int node) {
      spared.add(node);
      return this;
    }

    /** Adds a fault to those that are drawn. */
    public Builder add(Duration at, int node, Fault fault) {
      added.add(new PlannedFault(at, node, fault));
      return this;
    }

    private static Duration positive(String what, Duration time) {
      if (Objects.requireNonNull(time, what).isNegative() || time.isZero()) {
        throw new IllegalArgumentException(
            "Wanted the " + what + " " + time + ": it must be longer than zero");
      }
      return time;
    }

    /**
     * Draws the faults of the plan.
     *
     * @throws IllegalArgumentException when an added fault is for a node that does not exist
     */
    public FaultPlan build() {
      for (var fault : added) {
        if (fault.node() >= nodes) {
          throw new IllegalArgumentException("Wanted " + fault + ": there are " + nodes + " nodes");
        }
      }
      // so that small seeds differ, too
      var random = new Random(new SplittableRandom(seed).nextLong());
      var drawn = new ArrayList<>(added);
      int all = weights.values().stream().mapToInt(Integer::intValue).sum();
      var at = step(random);
      while (all > 0 && at.compareTo(length) < 0) {
        var fault = draw(random, all);
        int first = random.nextInt(nodes);
        for (int i = 0; i < nodes; i++) {
          var planned = new PlannedFault(at, (first + i) % nodes, fault);
          if (!spared.contains(planned.node()) && isWithin(planned) && isSurvived(planned, drawn)) {
            drawn.add(planned);
            break;
          }
        }
        at = at.plus(step(random));
      }
      drawn.sort((a, b) -> a.at().compareTo(b.at()));
      return new FaultPlan(seed, nodes, length, drawn);
    }

    private Duration step(Random random) {
      long millis = interval.toMillis();
      return Duration.ofMillis(millis / 2 + random.nextLong(millis + 1));
    }

    private Fault draw(Random random, int ofWeight) {
      int left = random.nextInt(ofWeight);
      for (var entry : weights.entrySet()) {
        left -= entry.getValue();
        if (left < 0) {
          return entry.getKey().draw(random);
        }
      }
      throw new AssertionError("The weights sum up to less than " + ofWeight);
    }

    /** Returns whether a pause or a partition ends before the plan does. */
    private boolean isWithin(PlannedFault planned) {
      var end = planned.at();
      if (planned.fault() instanceof Fault.Pause pause) {
        end = end.plus(pause.length());
      } else if (planned.fault() instanceof Fault.Partition partition) {
        end = end.plus(partition.length());
      } else if (planned.fault() instanceof Fault.PartialPartition partition) {
        end = end.plus(partition.length());
      }
      return end.compareTo(length) <= 0;
    }

    /** Returns whether fewer than half of the nodes are missing, and this one is not. */
    private boolean isSurvived(PlannedFault fault, List<PlannedFault> before) {
      if (fault.fault().outage().isZero()) {
        return true;
      }
      long missing = before.stream()
          .filter(each -> overlap(each, fault))
          .mapToInt(PlannedFault::node)
          .distinct()
          .count();
      boolean itself =
          before.stream().anyMatch(each -> overlap(each, fault) && each.node() == fault.node());
      return !itself && 2 * (missing + 1) < nodes;
    }

    private static boolean overlap(PlannedFault a, PlannedFault b) {
      return !a.fault().outage().isZero()
          && a.at().compareTo(b.outageEnd()) < 0
          && b.at().compareTo(a.outageEnd()) < 0;
    }
  }
}
