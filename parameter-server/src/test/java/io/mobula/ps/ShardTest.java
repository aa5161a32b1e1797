package io.mobula.ps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ShardTest {

  @Test
  void appliesAndCountsGradients() {
    var shard = new Shard(new float[] {1, 2}, Sgd.of(1));
    shard.push(new float[] {1, 0});
    shard.push(new float[] {0, 3});

    assertThat(shard.weights()).containsExactly(0, -1);
    assertThat(shard.updates()).isEqualTo(2);
  }

  @Test
  void doesNotShareItsFirstWeights() {
    float[] initial = {1};
    var shard = new Shard(initial, Sgd.of(1));
    initial[0] = 9;

    assertThat(shard.weights()).containsExactly(1);
  }

  @Test
  void refusesAGradientOfAnotherLength() {
    var shard = new Shard(new float[] {1, 2}, Sgd.of(1));

    assertThatThrownBy(() -> shard.push(new float[3]))
        .isInstanceOf(GradientException.class)
        .hasMessageContaining("3 numbers for 2 parameters");
    assertThat(shard.updates()).isZero();
  }
}
