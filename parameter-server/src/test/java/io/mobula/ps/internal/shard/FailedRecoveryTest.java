package io.mobula.ps.internal.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.Mobula;
import io.mobula.ps.InertOptimizer;
import io.mobula.ps.ParameterServer;
import io.mobula.ps.clock.Consistency;
import io.mobula.ps.error.TableException;
import io.mobula.ps.internal.kernel.NumberType;
import io.mobula.ps.internal.row.RowInitializer;
import io.mobula.ps.optimizer.Optimizer;
import io.mobula.ps.optimizer.Optimizers;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that a restarted shard recovers its other tables if the user's class of one fails. */
@Timeout(60)
class FailedRecoveryTest {
  private static final int BAD = 1;
  private static final int GOOD = 2;

  /** Optimizer that cannot say how many state vectors it needs. */
  record Broken(boolean withAnError) implements InertOptimizer {
    @Override
    public int stateVectors() {
      if (withAnError) {
        throw new NoClassDefFoundError("hostile");
      }
      throw new IllegalStateException("hostile");
    }
  }

  private static SparseSpec spec(int id, Optimizer optimizer) {
    return new SparseSpec(
        id,
        "rows",
        NumberType.FLOAT,
        1,
        optimizer,
        Consistency.asynchronous(),
        RowInitializer.ZERO,
        (key, shards) -> 0,
        0);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void ofOneTableOfTwo(boolean withAnError, @TempDir Path directory) {
    try (var runtime = Mobula.init(Mobula.settings().cpus(2).storeCapacity(64 << 20));
        var server =
            ParameterServer.builder(runtime).shards(1).checkpoints(directory).build()) {
      var table = server.sparse("rows", 1).optimizer(Optimizers.sgd(1)).create();
      try (var worker = table.join(0)) {
        worker.push(new long[] {7}, new float[] {1});
      }
      var saved = server.checkpoint().get("rows").toString();
      var tables = new ShardTables(runtime);
      new ShardRecovery(tables, 0)
          .run(new ShardAssignment(
              ShardAssignment.epoch(1, 2),
              List.of(
                  new TableEntry(spec(BAD, new Broken(withAnError)), saved),
                  new TableEntry(spec(GOOD, Optimizers.sgd(1)), saved)),
              new TablePart(1, 0, 1),
              List.of()));
      assertThat(tables.sparse(GOOD).rows()).isEqualTo(1);
      assertThatThrownBy(() -> tables.get(BAD))
          .isInstanceOf(TableException.class)
          .hasMessageContaining("table rows")
          .hasMessageContaining(Broken.class.getName());
    }
  }
}
