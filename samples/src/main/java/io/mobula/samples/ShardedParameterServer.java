package io.mobula.samples;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.ps.DenseTable;
import io.mobula.ps.ParameterServer;
import io.mobula.ps.optimizer.Optimizers;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Sharded parameter server: parameters split over several actors by the module
 * {@code mobula-parameter-server}. The workers are tasks.
 */
public final class ShardedParameterServer {
  private static final int SHARDS = 4;
  private static final int WORKERS = 2;

  private ShardedParameterServer() {}

  /** Trains the weights; the argument is the number of updates of each worker. */
  public static void main(String[] args) {
    int updates = args.length > 0 ? Integer.parseInt(args[0]) : 300;
    try (MobulaRuntime runtime = Mobula.init();
        ParameterServer server = ParameterServer.builder(runtime).shards(SHARDS).build()) {
      var table = server
          .dense("weights", LinearProblem.SIZE)
          .optimizer(Optimizers.sgd(LinearProblem.LEARNING_RATE))
          .create(); // passed to tasks: the shards' handles
      var workers = IntStream.range(0, WORKERS)
          .mapToObj(worker -> Mobula.action(ShardedParameterServer::work, table, worker, updates)
              .remote())
          .toList();
      Mobula.get(workers);
      double loss = LinearProblem.loss(table.toFloats());
      System.out.printf(
          Locale.ROOT, "sharded: loss %.6f after %d updates%n", loss, table.updates());
    }
  }

  /** Trains as one worker; the body of the tasks. */
  private static void work(DenseTable table, int rank, int updates) {
    try (var me = table.join(rank)) {
      for (long update = 0; update < updates; update++) {
        long seed = update * WORKERS + rank;
        try (var weights = me.pull()) {
          // returns while the shards apply it
          me.push(LinearProblem.gradient(weights.toFloats(), seed));
        }
      }
    }
  }
}
