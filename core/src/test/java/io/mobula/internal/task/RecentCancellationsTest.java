package io.mobula.internal.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.ObjectId;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecentCancellationsTest {
  private final RecentCancellations cancels = new RecentCancellations();

  private static ObjectId task(int number) {
    return new ObjectId(1, number, 0);
  }

  @Test
  void aDescendantIsKnownByAnyOfItsAncestors() {
    assertThat(cancels.containsAny(List.of(task(1)))).isFalse();
    cancels.add(task(1));
    assertThat(cancels.containsAny(List.of(task(3), task(1)))).isTrue();
    assertThat(cancels.containsAny(List.of(task(3)))).isFalse();
    assertThat(cancels.containsAny(List.of())).isFalse();
  }

  @Test
  void onlyTheLatestAreKept() {
    for (int i = 0; i <= RecentCancellations.MAX_REMEMBERED; i++) {
      cancels.add(task(i));
    }
    assertThat(cancels.containsAny(List.of(task(0)))).isFalse();
    assertThat(cancels.containsAny(List.of(task(1)))).isTrue();
  }

  @Test
  void whatIsCancelledAgainCountsFromThen() {
    cancels.add(task(0));
    for (int i = 1; i < RecentCancellations.MAX_REMEMBERED; i++) {
      cancels.add(task(i));
    }
    cancels.add(task(0));
    cancels.add(task(RecentCancellations.MAX_REMEMBERED));
    assertThat(cancels.containsAny(List.of(task(0)))).isTrue();
    assertThat(cancels.containsAny(List.of(task(1)))).isFalse();
  }
}
