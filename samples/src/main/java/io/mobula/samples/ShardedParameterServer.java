package io.mobula.samples;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.ps.DenseTable;
import io.mobula.ps.ParameterServer;
import io.mobula.ps.Sgd;
import java.util.Locale;
import java.util.stream.LongStream;

/**
 * Parameters split over several actors, by the module {@code mobula-parameter-server}; the workers
 * are tasks.
 */
public final class ShardedParameterServer {
  private static final int SHARDS = 4;
  private static final int WORKERS = 2;

  private ShardedParameterServer() {}

  /** Learns; the number of updates of each worker may be given. */
  public static void main(String[] args) {
    int updates = args.length > 0 ? Integer.parseInt(args[0]) : 300;
    try (MobulaRuntime runtime = Mobula.init();
        ParameterServer server = ParameterServer.builder(runtime)
            .shards(SHARDS)
            .optimizer(Sgd.of(LinearProblem.LEARNING_RATE))
            .start(new float[LinearProblem.SIZE])) {
      var table = server.table(); // what travels: the shards' handles
      var workers = LongStream.range(0, WORKERS)
          .mapToObj(worker -> Mobula.action(ShardedParameterServer::work, table, worker, updates)
              .remote())
          .toList();
      Mobula.get(workers);
      double loss = LinearProblem.loss(table.pull());
      System.out.printf(
          Locale.ROOT, "sharded: loss %.6f after %d updates%n", loss, table.updates());
    }
  }

  /** The task of one worker. */
  private static void work(DenseTable table, long worker, int updates) {
    try (var server = table.join()) {
      for (long update = 0; update < updates; update++) {
        long seed = update * WORKERS + worker;
        server.push(
            LinearProblem.gradient(server.pull(), seed)); // goes on while the shards apply it
      }
    }
  }
}
