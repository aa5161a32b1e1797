import io.mobula.LocalCluster;
import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.NodeId;
import io.mobula.ObjectRef;
import io.mobula.placement.Placement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.TreeMap;

/**
 * 400 tasks with spread placement on four nodes of two CPUs each, short ones and longer ones
 * (bin/faults run --hogs 0,2). No node may get less than half as many tasks as the node with most.
 */
public final class SpreadUnderLoad {
  private static final int TASKS = 400;
  private static final int NODES = 4;

  private SpreadUnderLoad() {}

  private static NodeId where(int millis) throws InterruptedException {
    Thread.sleep(millis);
    return Mobula.context().node();
  }

  /** Exits with 1 and lines WRONG where the tasks of a round are uneven. */
  public static void main(String[] words) {
    boolean even = true;
    try (var cluster = LocalCluster.builder()
        .nodes(NODES)
        .cpusPerNode(2)
        .jvmFlags("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
        .startTimeout(Duration.ofMinutes(3))
        .start()) {
      for (int millis : new int[] {0, 20, 0, 20}) {
        even &= isEven(cluster.runtime(), millis);
      }
    }
    System.exit(even ? 0 : 1);
  }

  private static boolean isEven(MobulaRuntime runtime, int millis) {
    long began = System.nanoTime();
    var refs = new ArrayList<ObjectRef<NodeId>>();
    for (int i = 0; i < TASKS; i++) {
      refs.add(runtime
          .task(SpreadUnderLoad::where, millis)
          .placement(Placement.spread())
          .remote());
    }
    var counts = new TreeMap<String, Integer>();
    runtime.get(refs).forEach(node -> counts.merge(node.toString(), 1, Integer::sum));
    var sorted = counts.values().stream().sorted().toList();
    boolean even =
        sorted.size() == NODES && 2 * sorted.getFirst() >= sorted.getLast();
    System.out.printf(
        "%s tasks of %d ms: %s in %.1f s%n",
        even ? "" : "WRONG", millis, sorted, (System.nanoTime() - began) / 1e9);
    return even;
  }
}
