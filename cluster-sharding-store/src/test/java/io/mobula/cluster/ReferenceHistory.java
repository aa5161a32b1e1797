package io.mobula.cluster;

import io.mobula.ActorHandle;
import io.mobula.MobulaRuntime;
import io.mobula.NodeId;
import io.mobula.ObjectRef;
import io.mobula.error.ActorDiedException;
import io.mobula.error.MobulaException;
import io.mobula.error.ObjectLostException;
import io.mobula.placement.Placement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * Random history of references over a cluster, determined by a seed: values are made, put, nested,
 * derived, kept by actors, read and released, while a member may be killed. The expected result of
 * each ref is known: its value, or its loss if its only copy was put in a member that was killed.
 * For one thread.
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
   * Ref that the driver holds.
   *
   * @param sum sum of the value's numbers
   * @param only the member with the only copy of a value that cannot be reconstructed; null if the
   *     value is safe
   */
  private record HeldValue(ObjectRef<double[]> ref, double sum, NodeId only) {}

  /** Refs that an actor keeps, with the actor's node; the values are those of the held refs. */
  private record ActorHeldValue(
      ActorHandle<LargeValueTasks.Keeper> by, NodeId at, double sum, Set<NodeId> only) {}

  ReferenceHistory(MobulaRuntime driver, RestartableMembers members, long seed) {
    this.driver = driver;
    this.members = members;
    this.random = new Random(seed);
  }

  /**
   * Runs the history until nothing is held any more.
   *
   * @return whether a member was killed
   * @throws AssertionError when a ref gives a wrong result; the text contains all steps
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

  /** Returns how many refs were lost with the member that had them. */
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

  /** A task puts a value where it runs, and the driver gets the ref. */
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

  /** Derives a value, which is lost if it depends on a lost one and was not made before. */
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
    } catch (MobulaException failed) { // the loss is the cause of the failure of the task's body
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

  /**
   * Returns a live member. After a kill, its replacement may not be up yet, so another one may be
   * returned.
   */
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
