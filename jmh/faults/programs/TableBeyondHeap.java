import io.mobula.Mobula;
import io.mobula.ps.ParameterServer;
import io.mobula.ps.SparseTable;
import io.mobula.ps.error.HeapException;
import io.mobula.ps.optimizer.Optimizers;
import java.util.Arrays;
import java.util.stream.LongStream;

/**
 * A parameter server in a small heap (bin/faults run --heap 256m). Tables, rows, a move to fewer
 * shards and replicas that do not fit must be refused, and existing tables must keep working.
 */
public final class TableBeyondHeap {
  private static final int WIDTH = 64;

  private TableBeyondHeap() {}

  /** Exits with 1 and a line WRONG where something went wrong. */
  public static void main(String[] words) {
    var settings = Mobula.settings().cpus(4).storeCapacity(1200L << 20);
    try (var runtime = Mobula.init(settings)) {
      long heap = Runtime.getRuntime().maxMemory();
      try (var server = ParameterServer.builder(runtime).shards(2).build()) {
        var small = server.dense("small", 1000).initial(ones(1000)).create();
        long tooMany = heap / 8 * 2 + 1000; // two state vectors of floats: each shard fills the heap
        refused("a table", () -> server.dense("big", tooMany).optimizer(Optimizers.adam(1)).create());
        long half = heap * 6 / 10 / 8 * 2; // the first shard has room, the second has not
        refused("half a table", () -> server.dense("big", half).optimizer(Optimizers.adam(1)).create());
        var rows = server.sparse("rows", WIDTH).optimizer(Optimizers.adagrad(0.1)).create();
        refused("rows", () -> grow(rows, heap));
        long before = rows.rows();
        push(rows, 0, 1000); // existing rows
        refused("fewer shards", () -> server.reshard(1));
        require("rows stay", rows.rows() >= before && server.shards() == 2);
        require("others live", small.toFloats()[5] == 1);
      }
      try (var server = ParameterServer.builder(runtime).shards(1).replicas(1).build()) {
        var small = server.dense("small", 1000).initial(ones(1000)).create();
        long once = heap * 6 / 10 / 8; // fits, but its replica does not
        refused("a copy", () -> server.dense("big", once).optimizer(Optimizers.adam(1)).create());
        require("others live beside a copy", small.toFloats()[5] == 1);
      }
    }
    System.exit(0);
  }

  private static float[] ones(int size) {
    var result = new float[size];
    Arrays.fill(result, 1);
    return result;
  }

  private static void grow(SparseTable rows, long heap) {
    long max = heap / (2 * WIDTH * Float.BYTES); // with their state, more than the heap
    for (long from = 0; from < max; from += 10_000) {
      push(rows, from, from + 10_000);
    }
  }

  private static void push(SparseTable rows, long from, long to) {
    try (var worker = rows.join(0, 0)) {
      worker.push(LongStream.range(from, to).toArray(), new float[(int) (to - from) * WIDTH]);
      worker.flush();
    }
  }

  private static void refused(String what, Runnable work) {
    try {
      work.run();
    } catch (HeapException e) {
      System.out.println(what + ": " + e.getMessage());
      return;
    }
    require(what + " was not refused", false);
  }

  private static void require(String what, boolean holds) {
    if (!holds) {
      System.out.println("WRONG " + what);
      System.exit(1);
    }
  }
}
