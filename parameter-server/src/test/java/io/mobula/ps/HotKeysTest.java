package io.mobula.ps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.ps.clock.Consistency;
import io.mobula.ps.error.TableException;
import io.mobula.ps.optimizer.Optimizers;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Tests of frequently pushed keys. */
class HotKeysTest extends ParameterServerTestBase {
  private static final long HOT = 7;

  private static long[] keys(Random random, int count) {
    var keys = random.longs(count, 0, 1000).toArray();
    for (int i = 0; i < count; i += 3) {
      keys[i] = HOT;
    }
    return keys;
  }

  private static float[] ones(int count) {
    var ones = new float[count];
    Arrays.fill(ones, 1);
    return ones;
  }

  @Test
  void theReportHasThoseThatAreAndTheirShares() {
    try (var server = server(3)) {
      var table = server.sparse("t", 1).create();
      var random = new Random(1);
      try (var worker = table.join(0)) {
        for (int i = 0; i < 100; i++) {
          worker.push(keys(random, 900), ones(900));
        }
      }
      var hot = table.hotKeys(5);
      assertThat(hot).hasSize(5);
      assertThat(hot.getFirst().key()).isEqualTo(HOT);
      assertThat(hot.getFirst().share()).isBetween(0.25, 0.45);
      assertThat(hot.get(1).share()).isLessThan(0.05);
      assertThat(table.hotKeys(0)).isEmpty();
    }
  }

  @Test
  void copiesAtWorkersChangeNothingAtTheEndOfAStep() {
    for (var rule : new Consistency[] {
      Consistency.asynchronous(), Consistency.boundedStaleness(0), Consistency.bulkSynchronous()
    }) {
      assertThat(trained(rule, 20)).isEqualTo(trained(rule, 0));
    }
  }

  /** Trains by descent with whole numbers, so that sums do not depend on their order. */
  private float[] trained(Consistency rule, int hot) {
    try (var server = server(2)) {
      var table = server
          .sparse("t", 2)
          .optimizer(Optimizers.sgd(1))
          .consistency(rule)
          .hotKeys(hot)
          .create();
      var random = new Random(2);
      var all = random.longs(1000, 0, 1000).toArray();
      try (var worker = table.join(0)) {
        for (int step = 0; step < 140; step++) { // hot keys are selected twice
          for (int push = 0; push < 3; push++) {
            worker.push(keys(random, 90), ones(180));
          }
          worker.clock();
          float before = worker.pull(HOT, 5, HOT)[0];
          worker.push(new long[] {HOT, HOT}, new float[] {1, 0, 1, 0});
          assertThat(worker.pull(HOT)[0]).isIn(before, before - 2);
        }
        worker.clock();
        return worker.pull(all);
      }
    }
  }

  @Test
  void gradientsOfHotKeysAreSentOnceAStep() {
    try (var server = server(1)) {
      var table = server.sparse("t", 1).optimizer(Optimizers.sgd(1)).hotKeys(1).create();
      try (var worker = table.join(0)) {
        worker.push(keys(new Random(3), 900), ones(900));
        worker.clock(); // makes the key hot
        long before = table.metrics().getFirst().keys();
        for (int i = 0; i < 50; i++) {
          worker.push(new long[] {HOT}, ones(1));
        }
        worker.clock();
        assertThat(table.metrics().getFirst().keys()).isEqualTo(before + 1);
        assertThat(worker.pull(HOT)).containsExactly(-350);
        for (int i = 0; i < 64; i++) { // as many as are accumulated
          worker.push(new long[] {HOT}, ones(1));
        }
        worker.push(new long[] {HOT}, ones(1));
        worker.flush();
        assertThat(table.metrics().getFirst().keys()).isEqualTo(before + 3);
      }
    }
  }

  @Test
  void refusesLessThanNone() {
    try (var server = server(1)) {
      var builder = server.sparse("t", 1);
      assertThatThrownBy(() -> builder.hotKeys(-1)).isInstanceOf(TableException.class);
    }
  }
}
