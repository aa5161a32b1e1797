package io.mobula.ps.internal.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.ps.Partitioner;
import io.mobula.ps.clock.Consistency;
import io.mobula.ps.error.HeapException;
import io.mobula.ps.error.TableException;
import io.mobula.ps.internal.kernel.NumberType;
import io.mobula.ps.internal.row.RowInitializer;
import io.mobula.ps.optimizer.Optimizers;
import org.junit.jupiter.api.Test;

class ShardTablesTest {
  private static final TablePart PART = new TablePart(1, 0, 1);

  private static SparseSpec spec(int id) {
    return new SparseSpec(
        id,
        "rows" + id,
        NumberType.FLOAT,
        1,
        Optimizers.sgd(1),
        Consistency.asynchronous(),
        RowInitializer.ZERO,
        Partitioner.hash(),
        0);
  }

  @Test
  void aTableForWhichARestartedShardHasNoHeapSaysSoAndTheOthersAreThere() {
    try (MobulaRuntime runtime = Mobula.init(Mobula.settings().cpus(1))) {
      var tables = new ShardTables(runtime);
      tables.create(spec(1), PART);
      tables.create(spec(2), PART);
      tables.refuse(2, new HeapException("It takes 7 bytes.", null));
      assertThat(tables.get(1).updates()).isZero();
      assertThatThrownBy(() -> tables.get(2))
          .isInstanceOf(HeapException.class)
          .hasMessageContaining("restarted")
          .hasMessageContaining("It takes 7 bytes.");
      tables.drop(2);
      assertThatThrownBy(() -> tables.get(2)).isInstanceOf(TableException.class);
    }
  }
}
