package io.mobula.internal.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.placement.PlacementGroupId;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class OrphanedGroupsTest {
  private static final PlacementGroupId ID = new PlacementGroupId(1, 1);

  private final List<CompletableFuture<Boolean>> requests = new ArrayList<>();
  private final Queue<Runnable> delayed = new ArrayDeque<>();
  private final OrphanedGroups orphans = new OrphanedGroups(
      id -> {
        var request = new CompletableFuture<Boolean>();
        requests.add(request);
        return request;
      },
      (delay, action) -> {
        assertThat(delay).isEqualTo(Duration.ofSeconds(2));
        delayed.add(action);
        return () -> {};
      },
      Duration.ofSeconds(2));

  private void fail() {
    requests.getLast().completeExceptionally(new IllegalStateException("no answer"));
  }

  @Test
  void repeatsARemovalUntilItIsAnswered() {
    orphans.remove(ID);
    fail();
    delayed.remove().run();
    fail();
    delayed.remove().run();
    requests.getLast().complete(true);
    assertThat(requests).hasSize(3);
    assertThat(delayed).isEmpty();
  }

  @Test
  void removesAGroupOnceAtATime() {
    orphans.remove(ID);
    orphans.remove(ID);
    assertThat(requests).hasSize(1);
    requests.getFirst().complete(true);
    orphans.remove(ID);
    assertThat(requests).hasSize(2);
  }

  @Test
  void stopsAfterTheMostTries() {
    orphans.remove(ID);
    for (int i = 1; i < OrphanedGroups.MAX_TRIES; i++) {
      fail();
      delayed.remove().run();
    }
    fail();
    assertThat(requests).hasSize(OrphanedGroups.MAX_TRIES);
    assertThat(delayed).isEmpty();
    orphans.remove(ID);
    assertThat(requests).as("a later status begins anew").hasSize(OrphanedGroups.MAX_TRIES + 1);
  }
}
