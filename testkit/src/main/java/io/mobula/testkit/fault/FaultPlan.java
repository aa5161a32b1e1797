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
 * Which faults happen when, and to which nodes: drawn from a seed, so that the same seed with the
 * same choices is the same plan. Immutable.
 *
 * <p>What it draws stays within what a cluster promises to survive: at any time fewer than half of
 * the nodes are missing, counting those that start again. Faults that {@link Builder#add adds} are
 * taken as they are.
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

  /** Kinds of faults that can be drawn. */
  public enum Kind {
    /** See {@link Fault.Kill}. */
    KILL(6),
    /** See {@link Fault.Pause}, for 2 s. */
    SHORT_PAUSE(3),
    /** See {@link Fault.Pause}, for 20 s: longer than a node of another host may be silent. */
    LONG_PAUSE(1),
    /**
     * See {@link Fault.Pause}, for 60 s: longer than a process of the same host may stand still.
     */
    VERY_LONG_PAUSE(1),
    /** See {@link Fault.CpuLoad}. */
    CPU_LOAD(1),
    /** See {@link Fault.ExitInTask}. */
    EXIT_IN_TASK(1),
    /** See {@link Fault.HaltInTask}. */
    HALT_IN_TASK(1),
    /** See {@link Fault.ExhaustHeapInTask}. */
    EXHAUST_HEAP_IN_TASK(1),
    /** See {@link Fault.SpinInTask}. */
    SPIN_IN_TASK(2),
    /**
     * See {@link Fault.Partition}, both ways, for 2 s or 20 s. Not drawn unless it is asked for.
     */
    PARTITION(0),
    /** See {@link Fault.Partition}, one way. Not drawn unless it is asked for. */
    ONE_WAY_PARTITION(0),
    /** See {@link Fault.FillStoreDisk}. Not drawn unless it is asked for. */
    FILL_STORE_DISK(0),
    /** See {@link Fault.DamageSpilled}. Not drawn unless it is asked for. */
    DAMAGE_SPILLED(0),
    /** See {@link Fault.KillDriver}. Not drawn unless it is asked for. */
    KILL_DRIVER(0),
    /**
     * See {@link Fault.ClockJump}, by up to six hours, for up to 10 s. Not drawn unless it is asked
     * for.
     */
    CLOCK_JUMP(0);

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

  /** A plan for three nodes and a minute, of every kind, a fault every three seconds. */
  public static Builder builder() {
    return new Builder();
  }

  /** What it was drawn from. */
  public long seed() {
    return seed;
  }

  /** How many nodes it is for. */
  public int nodes() {
    return nodes;
  }

  /** How long it takes. */
  public Duration length() {
    return length;
  }

  /** All of it, in the order of time. */
  public List<PlannedFault> faults() {
    return faults;
  }

  /** The choices before a plan is drawn. For one thread. */
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

    /** What everything is drawn from. */
    public Builder seed(long number) {
      seed = number;
      return this;
    }

    /** How many nodes there are; at least three, so that one may be missing. */
    public Builder nodes(int count) {
      if (count < 3) {
        throw new IllegalArgumentException("Wanted faults for " + count + " nodes: the least is 3");
      }
      nodes = count;
      return this;
    }

    /** For how long faults happen. */
    public Builder length(Duration time) {
      length = positive("length", time);
      return this;
    }

    /** The mean time between two faults. */
    public Builder interval(Duration time) {
      interval = positive("interval", time);
      return this;
    }

    /** How often a kind is drawn, beside the others; zero for never. */
    public Builder weight(Kind kind, int weight) {
      if (weight < 0) {
        throw new IllegalArgumentException("Wanted the weight " + weight + " for " + kind);
      }
      weights.put(kind, weight);
      return this;
    }

    /**
     * Draws nothing but these kinds, with their usual weights, or 1 where that is zero; with none,
     * nothing.
     */
    public Builder only(Kind... kinds) {
      weights.replaceAll((kind, weight) -> 0);
      for (var kind : kinds) {
        weights.put(kind, Math.max(1, kind.weight));
      }
      return this;
    }

    /** No fault is drawn for that node: one to watch while the others are harmed. */
    public Builder spare(int node) {
      spared.add(node);
      return this;
    }

    /** One more fault, besides those that are drawn. */
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
     * Draws it.
     *
     * @throws IllegalArgumentException when an added fault is for a node that there is not
     */
    public FaultPlan build() {
      for (var fault : added) {
        if (fault.node() >= nodes) {
          throw new IllegalArgumentException("Wanted " + fault + ": there are " + nodes + " nodes");
        }
      }
      var random = new Random(new SplittableRandom(seed).nextLong()); // small seeds differ, too
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

    /** A pause, and a partition, end before the plan does. */
    private boolean isWithin(PlannedFault planned) {
      var end = planned.at();
      if (planned.fault() instanceof Fault.Pause pause) {
        end = end.plus(pause.length());
      } else if (planned.fault() instanceof Fault.Partition partition) {
        end = end.plus(partition.length());
      }
      return end.compareTo(length) <= 0;
    }

    /** Whether fewer than half of the nodes are missing, and this one is not. */
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
