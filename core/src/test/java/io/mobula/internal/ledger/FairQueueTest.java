package io.mobula.internal.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.NodeId;
import io.mobula.internal.execution.Job;
import io.mobula.placement.Resources;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FairQueueTest {
  private static final int KINDS = 1000;

  private final FairQueue queue =
      new FairQueue(new DominantShares(Resources.none().cpus(4)));
  private int questions;

  /** Requester that counts how often anybody is asked whether it still wants its lease. */
  private final class CountingRequester implements LeaseRequester {
    private final Resources wanted;
    private boolean wants = true;

    CountingRequester(int kind) {
      this.wanted = Resources.none().cpus(kind / 1000.0);
    }

    @Override
    public Job job() {
      return new Job(new NodeId(1), false, null, 1);
    }

    @Override
    public Resources wanted() {
      return wanted;
    }

    @Override
    public String description() {
      return "requester of " + wanted;
    }

    @Override
    public boolean stillWants() {
      questions++;
      return wants;
    }

    @Override
    public void granted(Lease lease) {
      throw new IllegalStateException("The queue grants nothing itself");
    }

    @Override
    public void recalled(Lease lease) {
      throw new IllegalStateException("The queue recalls nothing itself");
    }
  }

  private CountingRequester add(int kind) {
    var requester = new CountingRequester(kind);
    queue.add(requester);
    return requester;
  }

  /** Each message of the ledger scans all kinds: a scan that compares each with each takes long. */
  @Test
  void aScanAsksEachKindOnce() {
    for (int kind = 1; kind <= KINDS; kind++) {
      add(kind);
    }
    var scan = queue.scan();
    int seen = 0;
    while (scan.next() != null) {
      scan.refused();
      seen++;
    }
    scan.end();
    assertThat(seen).isEqualTo(KINDS);
    assertThat(questions).isEqualTo(KINDS);
    assertThat(queue.size()).isEqualTo(KINDS);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void theOldestOfTheKindsThatAreNotRefusedIsNext(long seed) {
    var random = new Random(seed);
    var waiting = new ArrayList<CountingRequester>();
    for (int round = 0; round < 20; round++) {
      for (int i = 0; i < 30; i++) {
        waiting.add(add(1 + random.nextInt(8)));
      }
      waiting.forEach(each -> each.wants &= random.nextInt(10) > 0);
      scanOnce(waiting, random);
      assertThat(queue.size()).as("seed %d", seed).isEqualTo(waiting.size());
      assertThat(queue.inOrder()).as("seed %d", seed).isEqualTo(waiting);
    }
  }

  /** Grants and refuses at random; {@code waiting} is what the queue should have, oldest first. */
  private void scanOnce(List<CountingRequester> waiting, Random random) {
    var refused = new HashSet<Resources>();
    var scan = queue.scan();
    for (var next = scan.next(); next != null; next = scan.next()) {
      removeLapsedHeads(waiting, refused);
      assertThat(next).isSameAs(oldest(waiting, refused));
      if (random.nextBoolean()) {
        scan.markGranted();
        waiting.remove(next);
      } else {
        scan.refused();
        refused.add(next.wanted());
      }
    }
    removeLapsedHeads(waiting, refused);
    assertThat(oldest(waiting, refused)).isNull();
    scan.end();
  }

  /** Removes what is not wanted and before all that is wanted of its kind. */
  private static void removeLapsedHeads(
      List<CountingRequester> waiting, HashSet<Resources> refused) {
    var kept = new HashSet<>(refused);
    waiting.removeIf(each -> {
      if (each.wants) {
        kept.add(each.wanted());
      }
      return !each.wants && !kept.contains(each.wanted());
    });
  }

  private static CountingRequester oldest(
      List<CountingRequester> waiting, HashSet<Resources> refused) {
    return waiting.stream()
        .filter(each -> !refused.contains(each.wanted()))
        .findFirst()
        .orElse(null);
  }
}
