package io.mobula.internal.actor;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.ActorId;
import io.mobula.NodeId;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Test of the choice of an owner's successor. */
class AppointedSuccessorTest {
  private static final NodeId A = new NodeId(1);
  private static final NodeId B = new NodeId(2);
  private static final NodeId C = new NodeId(3);

  private static ActorId actor(long number) {
    return new ActorId(9, number);
  }

  @Test
  void anotherNodeThanTheHostIsBetter() {
    for (int number = -10; number < 10; number++) {
      assertThat(AppointedSuccessor.choose(List.of(A, B), actor(number), A)).isEqualTo(B);
    }
  }

  @Test
  void theHostIsBetterThanNone() {
    assertThat(AppointedSuccessor.choose(List.of(A), actor(1), A)).isEqualTo(A);
    assertThat(AppointedSuccessor.choose(List.of(), actor(1), A)).isNull();
    assertThat(AppointedSuccessor.choose(List.of(), actor(1), null)).isNull();
  }

  @Test
  void theSameActorGetsTheSameNodeAndManyActorsGetAll() {
    var chosen = new HashSet<NodeId>();
    for (int number = 0; number < 30; number++) {
      var best = AppointedSuccessor.choose(List.of(A, B, C), actor(number), null);
      assertThat(AppointedSuccessor.choose(List.of(A, B, C), actor(number), null))
          .isEqualTo(best);
      chosen.add(best);
    }
    assertThat(chosen).containsExactlyInAnyOrder(A, B, C);
  }
}
