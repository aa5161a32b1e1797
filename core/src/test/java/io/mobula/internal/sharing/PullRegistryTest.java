package io.mobula.internal.sharing;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.internal.sharing.PullRegistry.Grant;
import io.mobula.internal.sharing.PullRegistry.ObjectAttempt;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PullRegistryTest {
  private static final ObjectAttempt KEY = new ObjectAttempt(new ObjectId(7, 1, 0), 1);
  private static final NodeId A = new NodeId(1);
  private static final NodeId B = new NodeId(2);
  private static final NodeId C = new NodeId(3);

  private final PullRegistry register = new PullRegistry();

  private static Grant pulls(NodeId who) {
    return new Grant(KEY, who, who);
  }

  private static Grant reads(NodeId who, NodeId from) {
    return new Grant(KEY, who, from);
  }

  @Test
  void theFirstPullsAndAllOthersReadItThere() {
    assertThat(register.ask(KEY, A, null)).isEqualTo(pulls(A));
    assertThat(register.ask(KEY, B, null)).isNull();
    assertThat(register.ask(KEY, C, null)).isNull();

    assertThat(register.ended(KEY, A, true)).containsExactly(reads(B, A), reads(C, A));
    assertThat(register.ask(KEY, C, null)).isEqualTo(reads(C, A));
  }

  @Test
  void anotherAttemptIsAnotherPull() {
    register.ask(KEY, A, null);

    var other = new ObjectAttempt(KEY.id(), 2);
    assertThat(register.ask(other, B, null)).isEqualTo(new Grant(other, B, B));
  }

  @Test
  void theNextInTurnPullsWhenOneFailsOrLeaves() {
    register.ask(KEY, A, null);
    register.ask(KEY, B, null);
    register.ask(KEY, C, null);

    assertThat(register.ended(KEY, A, false)).containsExactly(pulls(B));
    assertThat(register.left(B)).containsExactly(pulls(C));
    assertThat(register.left(C)).isEmpty();
    assertThat(register.size()).isZero();
  }

  @Test
  void whoHasLeftWaitsNoMoreAndHasNothing() {
    register.ask(KEY, A, null);
    register.ask(KEY, B, null);
    register.ask(KEY, C, null);
    assertThat(register.left(B)).isEmpty();

    assertThat(register.ended(KEY, A, true)).containsExactly(reads(C, A));
    register.left(A);
    assertThat(register.ask(KEY, C, null)).isEqualTo(pulls(C));
  }

  @Test
  void aCopyThatCannotBeReadIsPulledAgain() {
    register.ask(KEY, A, null);
    register.ended(KEY, A, true);

    assertThat(register.ask(KEY, B, A)).isEqualTo(pulls(B));
    assertThat(register.ask(KEY, C, A)).isNull();
    assertThat(register.ended(KEY, B, true)).containsExactly(reads(C, B));
  }

  @Test
  void aPullOfWhichItHasNotHeardIsGoodForThoseWhoWait() {
    register.ask(KEY, A, null);
    register.ask(KEY, B, null);

    assertThat(register.ended(KEY, C, true)).containsExactly(reads(B, C));
  }

  @Test
  void forgetsTheOldestOfManyCopies() {
    for (int i = 0; i < 10_000; i++) {
      var key = new ObjectAttempt(new ObjectId(7, i, 0), 1);
      register.ask(key, A, null);
      register.ended(key, A, true);
    }

    assertThat(register.size()).isEqualTo(4096);
  }

  /** Every process that asks and lives gets an answer in the end, however pulls end. */
  @Test
  void nobodyWaitsForEver() {
    for (long seed = 1; seed <= 2000; seed++) {
      var random = new Random(seed);
      var book = new PullRegistry();
      var living = new ArrayList<>(List.of(A, B, C, new NodeId(4), new NodeId(5)));
      var waiting = new HashSet<NodeId>();
      var pulling = new HashSet<NodeId>();
      for (int step = 0; step < 60; step++) {
        var who = living.get(random.nextInt(living.size()));
        if (living.size() > 1 && random.nextInt(10) == 0) {
          living.remove(who);
          waiting.remove(who);
          pulling.remove(who);
          hear(book.left(who), waiting, pulling);
        } else if (pulling.remove(who)) {
          hear(book.ended(KEY, who, random.nextBoolean()), waiting, pulling);
        } else if (!waiting.contains(who)) {
          waiting.add(who);
          var unreadable = random.nextBoolean() ? null : A;
          hear(listOf(book.ask(KEY, who, unreadable)), waiting, pulling);
        }
        assertThat(waiting.isEmpty() || !pulling.isEmpty())
            .as("seed %d, step %d: %s wait, %s pull", seed, step, waiting, pulling)
            .isTrue();
      }
    }
  }

  private static List<Grant> listOf(@Nullable Grant grant) {
    return grant == null ? List.of() : List.of(grant);
  }

  private static void hear(List<Grant> grants, HashSet<NodeId> waiting, HashSet<NodeId> pulling) {
    for (var grant : grants) {
      waiting.remove(grant.who());
      if (grant.from().equals(grant.who())) {
        pulling.add(grant.who());
      }
    }
  }
}
