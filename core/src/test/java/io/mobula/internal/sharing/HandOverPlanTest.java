package io.mobula.internal.sharing;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Offers of a leaving node; times are milliseconds. */
class HandOverPlanTest {
  private static final HandOverPlan.HandOverPolicy TERMS =
      new HandOverPlan.HandOverPolicy(2000, 100_000, 500);
  private static final NodeId ONE = new NodeId(1);
  private static final NodeId TWO = new NodeId(2);
  private static final NodeId THREE = new NodeId(3);

  private final HandOverPlan plan = new HandOverPlan(List.of(ONE, TWO, THREE), TERMS);

  private static ObjectId id(int number) {
    return new ObjectId(9, number, 0);
  }

  private void want(int count, long bytes) {
    for (int i = 0; i < count; i++) {
      plan.add(id(i), bytes);
    }
  }

  private List<HandOverPlan.Offer> offers(long now) {
    var offers = new ArrayList<HandOverPlan.Offer>();
    for (var offer = plan.nextOffer(now); offer != null; offer = plan.nextOffer(now)) {
      offers.add(offer);
    }
    return offers;
  }

  @Test
  void allTakersAreOfferedAsMuchAndAFewAtATime() {
    want(100, 1000);
    var counts = new HashMap<NodeId, Integer>();
    offers(0).forEach(offer -> counts.merge(offer.to(), 1, Integer::sum));
    assertThat(counts).isEqualTo(Map.of(ONE, 8, TWO, 8, THREE, 8));
  }

  @Test
  void largeObjectsGoOneAtATime() {
    want(6, 100L << 20);
    assertThat(offers(0)).hasSize(3).extracting(HandOverPlan.Offer::to).doesNotHaveDuplicates();
  }

  @Test
  void whatOneRefusesIsOfferedToTheOthers() {
    want(1, 10);
    var first = offers(0).getFirst().to();
    plan.refused(first, id(0), "full", 1);
    var second = offers(1).getFirst().to();
    plan.refused(second, id(0), "full", 2);
    var third = offers(2).getFirst().to();
    assertThat(List.of(first, second, third)).containsExactlyInAnyOrder(ONE, TWO, THREE);
    plan.taken(third, id(0), 3);
    assertThat(plan.isOver()).isTrue();
    assertThat(plan.remaining()).isEmpty();
  }

  @Test
  void whatAllRefuseIsOfferedAgainAfterAPause() {
    want(1, 10);
    for (int i = 0; i < 3; i++) {
      plan.refused(offers(0).getFirst().to(), id(0), "full", 0);
    }
    assertThat(offers(0)).isEmpty();
    assertThat(offers(499)).isEmpty();
    assertThat(offers(500)).hasSize(1);
    assertThat(plan.remaining()).containsOnlyKeys(id(0));
    assertThat(plan.remaining().get(id(0))).contains("full");
  }

  @Test
  void whatATakerThatStandsStillWasOfferedGoesToTheOthers() {
    want(3, 10);
    var offers = offers(0);
    var still = offers.getFirst();
    for (var offer : offers.subList(1, 3)) {
      plan.taken(offer.to(), offer.id(), 5);
    }
    plan.tick(2000);
    assertThat(offers(2000)).isEmpty();
    plan.tick(2001);
    assertThat(offers(2001))
        .singleElement()
        .satisfies(again -> assertThat(again.id()).isEqualTo(still.id()))
        .satisfies(again -> assertThat(again.to()).isNotEqualTo(still.to()));
    plan.taken(still.to(), still.id(), 2500); // it resumes, and has taken it over after all
    assertThat(plan.isOver()).isTrue();
  }

  @Test
  void whoTakesSlowlyAndSteadilyIsNotTakenForStill() {
    want(24, 10);
    var offers = offers(0);
    for (int i = 0; i < 24; i++) {
      plan.tick(i * 1900L);
      plan.taken(offers.get(i).to(), offers.get(i).id(), i * 1900L);
      if (i < 3) {
        continue;
      }
      assertThat(offers(i * 1900L)).hasSizeLessThanOrEqualTo(16);
    }
  }

  @Test
  void whatWasOfferedToWhoLeavesGoesToTheOthers() {
    want(1, 10);
    var first = offers(0).getFirst().to();
    plan.onLeft(first);
    assertThat(offers(0))
        .singleElement()
        .satisfies(again -> assertThat(again.to()).isNotEqualTo(first));
    for (var node : List.of(ONE, TWO, THREE)) {
      plan.onLeft(node);
    }
    assertThat(plan.isOver()).isTrue();
    assertThat(plan.remaining().values()).singleElement().asString().contains("has left, too");
  }

  @Test
  void withOneTakerThatHasRoomAllIsTakenInTheEnd() {
    long seed = Long.getLong("seed", System.nanoTime());
    var random = new Random(seed);
    for (int history = 0; history < 200; history++) {
      var all = new HandOverPlan(List.of(ONE, TWO, THREE), TERMS);
      int count = 1 + random.nextInt(60);
      for (int i = 0; i < count; i++) {
        all.add(id(i), 1 + random.nextInt(50_000_000));
      }
      var waiting = new ArrayList<HandOverPlan.Offer>();
      long now = 0;
      for (int step = 0; step < 20_000 && !all.isOver(); step++) {
        all.tick(now);
        for (var offer = all.nextOffer(now); offer != null; offer = all.nextOffer(now)) {
          if (!offer.to().equals(THREE) || random.nextBoolean()) {
            waiting.add(offer); // the third one often stays silent
          }
        }
        if (!waiting.isEmpty()) {
          var next = waiting.remove(random.nextInt(waiting.size()));
          if (next.to().equals(ONE)) {
            all.taken(ONE, next.id(), now);
          } else {
            all.refused(next.to(), next.id(), "full", now);
          }
        }
        now += random.nextInt(400);
      }
      assertThat(all.remaining()).as("seed %s, history %s", seed, history).isEmpty();
    }
  }

  @Test
  void thoseOfALowerRankComeFirstAndOthersOnlyWhenTheyRefuse() {
    plan.add(
        id(0),
        10,
        taker -> taker.equals(TWO) ? 0 : taker.equals(ONE) ? 1 : HandOverPlan.TargetRanks.NEVER);
    assertThat(offers(0)).extracting(HandOverPlan.Offer::to).containsExactly(TWO);
    plan.refused(TWO, id(0), "full", 1);
    assertThat(offers(1)).extracting(HandOverPlan.Offer::to).containsExactly(ONE);
    plan.refused(ONE, id(0), "full", 2);
    assertThat(offers(2)).isEmpty();
    assertThat(offers(502)).extracting(HandOverPlan.Offer::to).containsExactly(TWO);
  }

  @Test
  void aBusyTakerOfALowRankIsWaitedFor() {
    for (int i = 0; i < 9; i++) {
      plan.add(id(i), 10, taker -> taker.equals(TWO) ? 0 : 1);
    }
    assertThat(offers(0)).hasSize(8).allSatisfy(offer -> assertThat(offer.to()).isEqualTo(TWO));
    plan.taken(TWO, id(0), 1);
    assertThat(offers(1)).containsExactly(new HandOverPlan.Offer(id(8), TWO));
  }

  @Test
  void whatNobodyMayHaveIsLeftAtOnce() {
    plan.add(id(0), 10, taker -> HandOverPlan.TargetRanks.NEVER);
    assertThat(plan.isOver()).isTrue();
    plan.add(id(1), 10, taker -> taker.equals(ONE) ? 0 : HandOverPlan.TargetRanks.NEVER);
    assertThat(plan.isOver()).isFalse();
    plan.onLeft(ONE);
    assertThat(plan.isOver()).isTrue();
    assertThat(plan.remaining()).containsOnlyKeys(id(0), id(1));
  }
}
