import com.sun.management.ThreadMXBean;
import io.mobula.ActorHandle;
import io.mobula.LocalCluster;
import io.mobula.Mobula;
import io.mobula.ObjectRef;
import io.mobula.placement.Placement;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * Cost of the wait watch beside 100 000 calls that wait at one actor of another process: the CPU
 * time of the watch's thread here, and of the frame-polling thread there, per watch interval of two
 * seconds.
 */
public final class WatchCost {
  private static final int CALLS = 100_000;
  private static final int SECONDS = 30;

  private WatchCost() {}

  /** Actor that runs one call for as long as the program runs. */
  public static final class Busy {
    /** Blocks as the first call. */
    public int stay() throws InterruptedException {
      Thread.sleep(Duration.ofMinutes(10));
      return 1;
    }

    /** Waits behind the first call. */
    public int one() {
      return 1;
    }
  }

  /** Returns the CPU time of Mobula's threads of this process by name, in milliseconds. */
  public static TreeMap<String, Long> cpu() {
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    var all = new TreeMap<String, Long>();
    for (var info : threads.getThreadInfo(threads.getAllThreadIds())) {
      if (info != null && info.getThreadName().startsWith("mobula-")) {
        all.merge(
            info.getThreadName(), threads.getThreadCpuTime(info.getThreadId()) / 1_000_000, Long::sum);
      }
    }
    return all;
  }

  private static void print(String where, TreeMap<String, Long> before, TreeMap<String, Long> after) {
    for (var name : List.of("mobula-wait-watch", "mobula-transport")) {
      double perLook = (after.getOrDefault(name, 0L) - before.getOrDefault(name, 0L)) * 2.0 / SECONDS;
      System.out.printf("%s of %s: %.2f ms of CPU per look%n", name, where, perLook);
    }
  }

  /** Prints the costs and exits with 0. */
  public static void main(String[] words) throws Exception {
    int calls = words.length > 1 ? Integer.parseInt(words[1]) : CALLS;
    try (var cluster = LocalCluster.builder()
        .nodes(1)
        .cpusPerNode(2)
        .jvmFlags("-Xmx512m")
        .startTimeout(Duration.ofMinutes(3))
        .start()) {
      var runtime = cluster.runtime();
      var node = runtime.nodes().stream()
          .filter(each -> !each.id().equals(runtime.nodeId()))
          .findFirst()
          .orElseThrow()
          .id();
      ActorHandle<Busy> busy = runtime
          .actor(Busy::new)
          .maxPendingCalls(calls + 1)
          .placement(Placement.on(node))
          .remote();
      var refs = new ArrayList<ObjectRef<?>>();
      refs.add(busy.call(Busy::stay).remote());
      for (int i = 0; i < calls; i++) {
        refs.add(busy.call(Busy::one).remote());
      }
      Thread.sleep(10_000);
      var here = cpu();
      TreeMap<String, Long> there = runtime.task(WatchCost::cpu).placement(Placement.on(node)).remote().get();
      Thread.sleep(SECONDS * 1000L);
      var hereAfter = cpu();
      TreeMap<String, Long> thereAfter = runtime.task(WatchCost::cpu).placement(Placement.on(node)).remote().get();
      System.out.printf("%d calls wait%n", refs.size());
      print("the caller", here, hereAfter);
      print("the host", there, thereAfter);
      busy.kill();
    }
    System.exit(0);
  }
}
