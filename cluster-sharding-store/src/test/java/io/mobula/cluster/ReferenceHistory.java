package io.mobula.cluster;

import io.mobula.ActorHandle;
import io.mobula.MobulaRuntime;
import io.mobula.NodeId;
import io.mobula.ObjectRef;
import io.mobula.Placement;
import io.mobula.error.ActorDiedException;
import io.mobula.error.MobulaException;
import io.mobula.error.ObjectLostException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * A random history of references over a cluster, told by a seed: values are made, put, nested,
 * derived, kept by actors, read and let go of, while a member may be killed. What each ref has to
 * give is known: its value, or that it is lost where its only copy was put in a member that was
 * killed. For one thread.
 */
final class ReferenceHistory {
  private static final int STEPS = 16;

  private final MobulaRuntime driver;
  private final RestartableMembers members;
  private final Random random;
  private final List<String> steps = new ArrayList<>();
  private final List<HeldValue> held = new ArrayList<>();
  private final List<ActorHeldValue> kept = new ArrayList<>();
  private final Set<NodeId> killed = new HashSet<>();
  private int lost;

  /**
   * A ref that the driver holds.
   *
   * @param sum of its numbers
   * @param only the member that has its only copy, which nothing can make again; null if it is safe
   */
  private record HeldValue(ObjectRef<double[]> ref, double sum, NodeId only) {}

  /** Refs that an actor keeps, and where it lives; the values are those of the held ones. */
  private record ActorHeldValue(
      ActorHandle<LargeValueTasks.Keeper> by, NodeId at, double sum, Set<NodeId> only) {}

  ReferenceHistory(MobulaRuntime driver, RestartableMembers members, long seed) {
    this.driver = driver;
    this.members = members;
    this.random = new Random(seed);
  }

  /**
   * Runs it to its end, when nothing is held any more.
   *
   * @return whether a member was killed
   * @throws AssertionError when a ref gives what it must not, with all steps
   */
  boolean run() {
    int kill = random.nextBoolean() ? random.nextInt(STEPS) : STEPS;
    try {
      for (int i = 0; i < STEPS; i++) {
        if (i == kill) {
          kill();
        }
        step();
      }
      kept.forEach(this::readKept);
      held.forEach(this::read);
    } catch (MobulaException | AssertionError wrong) {
      throw new AssertionError(wrong + " after " + String.join(", ", steps), wrong);
    } finally {
      kept.forEach(each -> each.by().kill());
      held.forEach(each -> each.ref().close());
    }
    return !killed.isEmpty();
  }

  /** How many refs were lost with the member that had them. */
  int lost() {
    return lost;
  }

  private void step() {
    double with = random.nextInt(1000);
    double sum = with * LargeValueTasks.COUNT;
    switch (random.nextInt(8)) {
      case 0 -> add("put", driver.put(LargeValueTasks.filled(with)), sum, null);
      case 1, 2 ->
        add(
            "task",
            driver
                .task(LargeValueTasks::filled, with)
                .placement(Placement.spread())
                .remote(),
            sum,
            null);
      case 3 -> putElsewhere(with, sum);
      case 4 -> derive();
      case 5 -> keep();
      case 6 -> {
        if (!held.isEmpty()) {
          read(held.get(random.nextInt(held.size())));
        }
      }
      default -> {
        if (!held.isEmpty()) {
          steps.add("close");
          held.remove(random.nextInt(held.size())).ref().close();
        }
      }
    }
  }

  private void add(String how, ObjectRef<double[]> ref, double sum, NodeId only) {
    steps.add(how);
    held.add(new HeldValue(ref, sum, only));
  }

  /** A task puts a value where it runs, and the driver is given the ref to it. */
  private void putElsewhere(double with, double sum) {
    var at = anyMember();
    steps.add("put at " + at);
    try (var outer = driver
        .task(LargeValueTasks::put, with)
        .cpus(0)
        .placement(Placement.on(at))
        .remote()) {
      held.add(new HeldValue(outer.get(ClusterTestSupport.LIMIT), sum, at));
    }
  }

  /** Lost is what depends on what is lost, unless it was made before. */
  private void derive() {
    if (held.isEmpty()) {
      return;
    }
    var of = held.get(random.nextInt(held.size()));
    add(
        "derive",
        driver
            .task(LargeValueTasks::plusOne, of.ref())
            .placement(Placement.spread())
            .remote(),
        of.sum() + LargeValueTasks.COUNT,
        of.only());
  }

  private void keep() {
    if (held.isEmpty()) {
      return;
    }
    var which = held.get(random.nextInt(held.size()));
    var at = anyMember();
    steps.add("keep at " + at);
    var keeper = driver
        .actor(LargeValueTasks.Keeper::new)
        .cpus(0)
        .placement(Placement.on(at))
        .remote();
    var only = which.only() == null ? Set.<NodeId>of() : Set.of(which.only());
    kept.add(new ActorHeldValue(keeper, at, which.sum(), only));
    keeper
        .call(LargeValueTasks.Keeper::keep, List.of(which.ref()))
        .remote()
        .get(ClusterTestSupport.LIMIT);
  }

  private void read(HeldValue each) {
    steps.add("read");
    try {
      double sum = LargeValueTasks.sum(each.ref().get(ClusterTestSupport.LIMIT));
      if (sum != each.sum()) {
        throw new AssertionError("A value has the sum " + sum + ", not " + each.sum());
      }
    } catch (ObjectLostException loss) {
      if (each.only() == null || !killed.contains(each.only())) {
        throw loss;
      }
      lost++;
    }
  }

  private void readKept(ActorHeldValue each) {
    steps.add("read kept");
    try {
      double sum =
          each.by().call(LargeValueTasks.Keeper::sum).remote().get(ClusterTestSupport.LIMIT);
      if (sum != each.sum()) {
        throw new AssertionError("What an actor keeps has the sum " + sum + ", not " + each.sum());
      }
    } catch (ActorDiedException died) {
      if (!killed.contains(each.at())) {
        throw died;
      }
    } catch (MobulaException failed) { // the loss is the cause of the failure of its body
      if (each.only().stream().noneMatch(killed::contains)) {
        throw failed;
      }
    }
  }

  private void kill() {
    int victim = random.nextInt(members.count());
    killed.add(members.member(victim).id());
    steps.add("kill " + members.member(victim).id());
    members.replace(victim);
  }

  /** One that lives; after a kill the one in its place may not be up yet, so one of the others. */
  private NodeId anyMember() {
    var up = new ArrayList<NodeId>();
    for (int i = 0; i < members.count(); i++) {
      if (members.member(i).isUp()) {
        up.add(members.member(i).id());
      }
    }
    return up.get(random.nextInt(up.size()));
  }
}
