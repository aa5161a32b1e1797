package io.mobula.internal.actor;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.NodeId;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Test of what a client knows about the place of its actor. */
class ActorLocationTest {
  private static final NodeId A = new NodeId(1);
  private static final NodeId B = new NodeId(2);

  private final ActorLocation location = new ActorLocation();

  private static ActorAddress at(NodeId node, int incarnation) {
    return new ActorAddress(node, incarnation);
  }

  @Test
  void onlyALaterIncarnationIsNews() {
    assertThat(location.address()).isNull();
    assertThat(location.isNews(at(A, 1))).isTrue();
    location.moveTo(at(A, 2));
    assertThat(location.address()).isEqualTo(at(A, 2));
    assertThat(location.isNews(at(B, 1))).isFalse();
    assertThat(location.isNews(at(A, 2))).isFalse();
    assertThat(location.isNews(at(B, 3))).isTrue();
  }

  @Test
  void theLossOfAnEarlierIncarnationChangesNothing() {
    location.moveTo(at(A, 3));
    location.lose(2);
    assertThat(location.address()).isEqualTo(at(A, 3));
    location.lose(3);
    assertThat(location.address()).isNull();
    assertThat(location.isNews(at(A, 3))).isFalse();
    assertThat(location.isNews(at(B, 4))).isTrue();
  }

  @Test
  void anAddressOnAnUnmetNodeIsKeptUntilTheNodeJoins() {
    location.keepUnmet(at(B, 2));
    assertThat(location.address()).isNull();
    assertThat(location.unmetOn(A)).isNull();
    assertThat(location.unmetOn(B)).isEqualTo(at(B, 2));
    location.dropUnmet();
    assertThat(location.unmetOn(B)).isNull();
    location.keepUnmet(at(B, 2));
    location.moveTo(at(A, 3));
    assertThat(location.unmetOn(B)).isNull();
  }

  @Test
  void theActorNeverGoesBackToALostIncarnationInAnyOrderOfNews() {
    for (int seed = 0; seed < 200; seed++) {
      var random = new Random(seed);
      var present = new ActorLocation();
      int lost = 0;
      for (int step = 0; step < 50; step++) {
        int incarnation = 1 + random.nextInt(20);
        if (random.nextBoolean()) {
          present.lose(incarnation);
          lost = Math.max(lost, incarnation);
        } else if (present.isNews(at(A, incarnation))) {
          present.moveTo(at(A, incarnation));
        }
        var address = present.address();
        assertThat(address == null || address.incarnation() > lost)
            .as("seed %s, step %s: %s after the loss of %s", seed, step, address, lost)
            .isTrue();
      }
    }
  }
}
