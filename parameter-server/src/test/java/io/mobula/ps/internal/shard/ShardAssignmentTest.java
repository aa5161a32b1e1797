package io.mobula.ps.internal.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.ActorHandle;
import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.error.MobulaException;
import org.junit.jupiter.api.Test;

class ShardAssignmentTest {
  @Test
  void anEpochIsDescribedByTheStartAndTheLifeThatItWasMadeOf() {
    assertThat(ShardAssignment.describe(ShardAssignment.epoch(1, 1)))
        .isEqualTo("start 1 of the shard in life 1 of the catalog");
    assertThat(ShardAssignment.describe(ShardAssignment.epoch(7, 23)))
        .isEqualTo("start 23 of the shard in life 7 of the catalog");
  }

  @Test
  void aReplicaTellsWhichStartOfTheShardIsOver() {
    try (MobulaRuntime runtime = Mobula.init(Mobula.settings().cpus(1))) {
      ActorHandle<ReplicaActor> replica = runtime.actor(ReplicaActor::new).remote();
      replica
          .tell(ReplicaActor::beginCopy, ShardAssignment.epoch(2, 3))
          .remote()
          .get();
      var late =
          replica.tell(ReplicaActor::beginCopy, ShardAssignment.epoch(2, 2)).remote();
      assertThatThrownBy(late::get)
          .isInstanceOf(MobulaException.class)
          .hasMessageContaining("The replica follows start 3 of the shard in life 2 of the"
              + " catalog: start 2 of the shard in life 2 of the catalog is over.");
    }
  }
}
