package io.mobula.cluster;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;
import io.mobula.error.ObjectLostException;
import io.mobula.placement.Placement;
import io.mobula.testkit.PollingAssert;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The error of a value that cannot be reconstructed names the cause, however far up the lineage it
 * is.
 */
@Tag("long")
@Timeout(300)
class LossChainIT {

  @Test
  void theMakerOfTheValueThatIsLostFirstIsNamed() throws Exception {
    try (var cluster = ClusterTestSupport.cluster(3).start()) {
      var runtime = cluster.runtime();
      var doomed = Placement.on(cluster.nodes().getFirst().id());
      var maker =
          runtime.actor(LargeValueTasks.Maker::new).cpus(0).placement(doomed).remote();
      var unread = maker.call(LargeValueTasks.Maker::filled, 7.0).remote();
      var a = maker.call(LargeValueTasks.Maker::filled, 1.0).remote();
      var b = runtime
          .task(LargeValueTasks::plusOne, a)
          .name("makes b")
          .placement(doomed)
          .remote();
      var c = runtime
          .task(LargeValueTasks::plusOne, b)
          .name("makes c")
          .placement(doomed)
          .remote();
      var x = runtime
          .task(LargeValueTasks::filled, 5.0)
          .name("runs once")
          .maxRetries(0)
          .placement(doomed)
          .remote();
      var y = runtime
          .task(LargeValueTasks::plusOne, x)
          .name("makes y")
          .placement(doomed)
          .remote();
      var put =
          runtime.task(LargeValueTasks::put, 9.0).placement(doomed).remote().get();
      var z = runtime
          .task(LargeValueTasks::plusOne, put)
          .name("makes z")
          .placement(doomed)
          .remote();
      for (var ref : new ObjectRef<?>[] {unread, a, b, c, x, y, z}) {
        PollingAssert.until(ref + " is ready", ref::isReady);
      }
      var gone = cluster.nodes().getFirst().id().toString();

      cluster.kill(0);

      assertLost(c, a.id().toString(), "call ", "of actor ", "Maker", "makes b", "makes c");
      assertLost(later(runtime, b), a.id().toString(), "of actor ", "Maker", "makes b", "is later");
      assertLost(y, x.id().toString(), "runs once", "maxRetries is 0", "makes y");
      assertLost(z, put.id().toString(), gone, "put it", "makes z");
      assertLost(unread, unread.id().toString(), "of actor ", "Maker");
    }
  }

  private static ObjectRef<Double> later(MobulaRuntime runtime, ObjectRef<double[]> of) {
    return runtime.task(LargeValueTasks::sum, of).name("is later").remote();
  }

  private static void assertLost(ObjectRef<?> ref, String... parts) {
    assertThatThrownBy(() -> ref.get(ClusterTestSupport.LIMIT))
        .isInstanceOf(ObjectLostException.class)
        .hasMessageContainingAll(parts);
  }
}
