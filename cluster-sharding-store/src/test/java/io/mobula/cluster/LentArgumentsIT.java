package io.mobula.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.ObjectRef;
import io.mobula.Placement;
import io.mobula.Settings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Large arguments of calls to a process of this host are read where they lie. */
@Tag("long")
@Timeout(180)
class LentArgumentsIT {
  private static final int BYTES = 1_000_000;

  /** More than the driver's store has room for. */
  private static final int CALLS = 100;

  /** Adds up where it lives. */
  static final class Adder {
    long sum(byte[] of) {
      return LentArgumentsIT.sum(of);
    }
  }

  static long sum(byte[] of) {
    long sum = 0;
    for (byte each : of) {
      sum += each;
    }
    return sum;
  }

  private static byte[] filled(int with) {
    var bytes = new byte[BYTES];
    Arrays.fill(bytes, (byte) with);
    return bytes;
  }

  /** The directory frees nothing while this runs. */
  private static Settings settings() {
    return Soon.settings().set("mobula.directory.grace", "170s");
  }

  @Test
  void theirMemoryComesBackAtOnceThoughTheDirectoryHasNotBegunToFree() throws Exception {
    try (var cluster = Soon.cluster(1).settings(settings()).start()) {
      var runtime = cluster.runtime();
      var at = Placement.on(cluster.nodes().getFirst().id());
      var adder = runtime.actor(Adder::new).cpus(0).placement(at).remote();
      adder.call(Adder::sum, filled(1)).remote().get(Soon.LIMIT); // until there is a ring
      Soon.holds(
          "frames go through a ring",
          () -> runtime.lanes().stream().anyMatch(lane -> lane.kind().equals("shared memory")));
      long before = runtime.storeUsage().usedBytes();
      for (int i = 0; i < CALLS; i++) {
        try (var put = runtime.put(filled(i));
            var ofRef = runtime.task(LentArgumentsIT::sum, put).placement(at).remote();
            var ofValue = adder.call(Adder::sum, filled(i)).remote()) {
          assertThat(ofRef.get(Soon.LIMIT)).isEqualTo(ofValue.get(Soon.LIMIT));
        }
      }
      Soon.holds(
          () -> "only " + before + " bytes are used, but " + runtime.storeUsage(),
          () -> runtime.storeUsage().usedBytes() <= before);
      assertThat(runtime.storeUsage().spilledBytes()).isZero();
    }
  }

  @Test
  void whatAFullStoreMovesMeanwhileIsStillRead(@TempDir Path disk) throws Exception {
    var small = settings().storeCapacity(CALLS * BYTES / 3).spillTo(disk);
    try (var cluster = Soon.cluster(1).settings(small).start()) {
      var runtime = cluster.runtime();
      var at = Placement.on(cluster.nodes().getFirst().id());
      var adder = runtime.actor(Adder::new).cpus(0).placement(at).remote();
      adder.call(Adder::sum, filled(1)).remote().get(Soon.LIMIT);
      var sums = new ArrayList<ObjectRef<Long>>();
      for (int i = 0; i < CALLS; i++) {
        sums.add(adder.call(Adder::sum, filled(i)).remote());
      }
      for (int i = 0; i < CALLS; i++) {
        assertThat(sums.get(i).get(Soon.LIMIT)).isEqualTo((long) BYTES * (byte) i);
      }
    }
  }
}
