package io.mobula.cluster;

import io.mobula.Mobula;
import io.mobula.NodeId;
import io.mobula.ObjectRef;
import io.mobula.PutOptions;
import io.mobula.placement.Placement;
import io.mobula.testkit.ForkedJvm;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * Driver in a process of its own. It puts values and has others made by tasks, gives the refs to
 * the actor named {@code vault}, prints that, and hangs until it is killed.
 */
final class OwnerProcess {
  private OwnerProcess() {}

  /**
   * Refs that the driver gives away.
   *
   * @param small values that were put and are kept in the directory
   * @param thrice large values that were put with three replicas
   * @param made large values that a task made of another task's
   */
  record GivenRefs(
      List<ObjectRef<String>> small,
      List<ObjectRef<double[]>> thrice,
      List<ObjectRef<double[]>> made)
      implements Serializable {}

  /** Actor that keeps the refs and reads none. */
  static final class RefKeeper {
    private @Nullable GivenRefs refs;

    int keep(GivenRefs of) {
      refs = of;
      return of.small().size();
    }

    GivenRefs refs() {
      return Objects.requireNonNull(refs);
    }
  }

  static ForkedJvm start(String address, NodeId maker, int count) {
    var plan = ForkedJvm.of(OwnerProcess.class)
        .flags("-Xmx200m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
        .property("mobula.directory.grace", "2s")
        .arguments(address, Long.toString(maker.incarnation()), Integer.toString(count));
    var flags = System.getProperty("mobula.child.flags", "").trim();
    return (flags.isEmpty() ? plan : plan.flags(flags.split("\\s+"))).start();
  }

  static String text(int number) {
    return "small " + number;
  }

  public static void main(String[] arguments) throws InterruptedException {
    try (var runtime = Mobula.connect(arguments[0], ClusterTestSupport.settings())) {
      var maker = Placement.preferring(new NodeId(Long.parseLong(arguments[1])));
      int count = Integer.parseInt(arguments[2]);
      var small = new ArrayList<ObjectRef<String>>();
      var thrice = new ArrayList<ObjectRef<double[]>>();
      var made = new ArrayList<ObjectRef<double[]>>();
      for (int i = 0; i < count; i++) {
        small.add(runtime.put(text(i)));
        if (i % 4 == 0) {
          thrice.add(runtime.put(LargeValueTasks.filled(i), PutOptions.copies(3)));
          var first =
              runtime.task(LargeValueTasks::filled, (double) i).placement(maker).remote();
          made.add(
              runtime.task(LargeValueTasks::plusOne, first).placement(maker).remote());
        }
      }
      runtime.wait(made, made.size(), ClusterTestSupport.LIMIT);
      var keeper = runtime.actorNamed("vault", RefKeeper.class);
      System.out.println("kept "
          + keeper
              .call(RefKeeper::keep, new GivenRefs(small, thrice, made))
              .remote()
              .get());
      new CountDownLatch(1).await();
    }
  }
}
