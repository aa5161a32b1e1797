package io.mobula.ps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.ps.clock.Consistency;
import io.mobula.ps.error.HeapException;
import io.mobula.ps.optimizer.Optimizers;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Tests that a request without room on the heap fails, and nothing else does. */
class HeapLimitsTest extends ParameterServerTestBase {
  private static final int SIZE = 50_000;

  private static float[] ones(int size) {
    var result = new float[size];
    Arrays.fill(result, 1);
    return result;
  }

  private long storeUsed() {
    return runtime.storeUsage().usedBytes();
  }

  @Test
  void aTableThatIsTooLargeIsRefusedAndTheOthersLive() {
    try (var server = server(2)) {
      var small = server.dense("small", 1000).initial(ones(1000)).create();
      long before = storeUsed();
      long most = Runtime.getRuntime().maxMemory();
      int vectors = (int) (most / SIZE / Float.BYTES + 1); // per shard: over half of the heap
      var big = server.dense("big", SIZE).optimizer(new OutOfMemoryOptimizer("big", 2 * vectors));
      assertThatThrownBy(big::create)
          .isInstanceOf(HeapException.class)
          .hasMessageMatching(
              ".*optimizer's state of table big of 50000 floats on shard [01] of 2: it takes \\d+"
                  + " bytes, \\d+ of " + most + " are free.*");
      assertThat(small.toFloats()).containsOnly(1);
      assertThat(storeUsed()).isLessThanOrEqualTo(before); // other tests may have freed some
      var again = server.dense("big", SIZE).initial(ones(SIZE)).create(); // the name is free again
      assertThat(again.toFloats()).containsOnly(1);
    }
  }

  @Test
  void aPushWithoutMemoryFailsAndTheShardLives() {
    for (int size : new int[] {8, SIZE}) {
      try (var server = server(1)) {
        var faulty = new OutOfMemoryOptimizer("push", 1);
        var table = server.dense("w", size).optimizer(faulty).create();
        try (var worker = table.join(0, 0)) {
          faulty.failNext(1);
          assertThatThrownBy(() -> {
                worker.push(ones(size));
                worker.flush();
              })
              .isInstanceOf(HeapException.class)
              .hasMessageContaining("says push");
          worker.push(ones(size));
          worker.flush();
        }
        assertThat(table.toFloats()).containsOnly(-1);
      }
    }
  }

  @Test
  void rowsWithoutMemoryAreNotTakenIn() {
    try (var server = server(1)) {
      var faulty = new OutOfMemoryOptimizer("rows", 1);
      var table = server.sparse("rows", 4).optimizer(faulty).create();
      long[] keys = {1, 2, 3, 4, 5, 6, 7, 8};
      try (var worker = table.join(0, 0)) {
        faulty.failNext(1);
        assertThatThrownBy(() -> {
              worker.push(keys, ones(32));
              worker.flush();
            })
            .isInstanceOf(HeapException.class);
        worker.push(keys, ones(32));
        worker.flush();
        assertThat(worker.pull(keys)).containsOnly(-1);
      }
    }
  }

  @Test
  void aStepThatCouldNotBeAppliedIsTriedAgainWhileSomebodyWaitsForIt() {
    try (var server = server(1)) {
      var faulty = new OutOfMemoryOptimizer("step", 1);
      var rule = Consistency.bulkSynchronous();
      var dense = server.dense("w", SIZE).optimizer(faulty).consistency(rule).create();
      var sparse = server.sparse("rows", 4).optimizer(faulty).consistency(rule).create();
      long[] keys = {1, 2, 3};
      try (var a = dense.join(0);
          var b = dense.join(1);
          var c = sparse.join(0);
          var d = sparse.join(1)) {
        a.push(ones(SIZE));
        a.clock();
        c.push(keys, ones(12));
        c.clock();
        var waits = a.startPull();
        var rows = c.startPull(keys);
        faulty.failNext(1);
        assertThatThrownBy(() -> {
              b.clock();
              b.flush();
            })
            .isInstanceOf(HeapException.class);
        try (var pulled = waits.await()) {
          assertThat(pulled.toFloats()).containsOnly(-0.5f);
        }
        faulty.failNext(1);
        assertThatThrownBy(() -> {
              d.clock();
              d.flush();
            })
            .isInstanceOf(HeapException.class);
        assertThat(rows.await()).containsOnly(-0.5f);
      }
    }
  }

  @Test
  void otherOptimizersOfTheSameServerAreNotConcerned() {
    try (var server = server(1)) {
      var faulty = new OutOfMemoryOptimizer("other", 0);
      var table = server.dense("bad", 8).optimizer(faulty).create();
      var good = server.dense("good", 8).optimizer(Optimizers.sgd(1)).create();
      try (var worker = table.join(0, 0);
          var other = good.join(0, 0)) {
        faulty.failNext(5);
        for (int i = 0; i < 5; i++) {
          assertThatThrownBy(() -> {
                worker.push(ones(8));
                worker.flush();
              })
              .isInstanceOf(HeapException.class);
          other.push(ones(8));
        }
      }
      assertThat(good.toFloats()).containsOnly(-5);
      assertThat(table.toFloats()).containsOnly(0);
    }
  }
}
