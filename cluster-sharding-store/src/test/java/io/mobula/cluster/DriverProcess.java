package io.mobula.cluster;

import io.mobula.Mobula;
import io.mobula.ObjectRef;
import io.mobula.testkit.ForkedJvm;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * Driver in a process of its own. It has a value made by a task, gives the ref to the actor named
 * {@code keeper}, prints that, and hangs until it is killed.
 */
final class DriverProcess {
  private DriverProcess() {}

  static ForkedJvm start(String address) {
    var plan = ForkedJvm.of(DriverProcess.class)
        .flags("-Xmx200m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
        .property("mobula.directory.grace", "2s")
        .arguments(address);
    var flags = System.getProperty("mobula.child.flags", "").trim();
    return (flags.isEmpty() ? plan : plan.flags(flags.split("\\s+"))).start();
  }

  public static void main(String[] arguments) throws InterruptedException {
    try (var runtime = Mobula.connect(arguments[0], ClusterTestSupport.settings())) {
      ObjectRef<double[]> made = runtime.task(LargeValueTasks::filled, 8.0).remote();
      made.get();
      var keeper = runtime.actorNamed("keeper", LargeValueTasks.Keeper.class);
      System.out.println("kept "
          + keeper.call(LargeValueTasks.Keeper::keep, List.of(made)).remote().get());
      new CountDownLatch(1).await();
    }
  }
}
