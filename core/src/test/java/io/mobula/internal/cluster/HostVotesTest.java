package io.mobula.internal.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.internal.cluster.HostVotes.Voter;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Tests that each host has one vote and that never two sides go on. */
class HostVotesTest {

  @Test
  void aHostHasOneVoteHoweverManyNodesItRuns() {
    assertThat(HostVotes.hasMajority(List.of(
            new Voter("a", "a:1", true),
            new Voter("a", "a:2", true),
            new Voter("a", "a:3", true),
            new Voter("b", "b:1", false),
            new Voter("c", "c:1", false))))
        .isFalse();
  }

  @Test
  void onOneHostTheLargerPartGoesOn() {
    assertThat(HostVotes.hasMajority(List.of(
            new Voter("a", "a:1", false),
            new Voter("a", "a:2", true),
            new Voter("a", "a:3", true))))
        .isTrue();
  }

  @Test
  void ofTwoHostsTheLowerAddressGoesOn() {
    assertThat(HostVotes.hasMajority(
            List.of(new Voter("a", "a:1", true), new Voter("b", "b:1", false))))
        .isTrue();
    assertThat(HostVotes.hasMajority(
            List.of(new Voter("a", "a:1", false), new Voter("b", "b:1", true))))
        .isFalse();
  }

  @Test
  void nobodyToCountIsNoMajority() {
    assertThat(HostVotes.hasMajority(List.of())).isFalse();
  }

  @Test
  void exactlyOneSideOfAnyCutGoesOn() {
    long seed = System.nanoTime();
    System.out.println("HostVotesTest seed " + seed);
    var random = new Random(seed);
    for (int cut = 0; cut < 5_000; cut++) {
      var here = new ArrayList<Voter>();
      var there = new ArrayList<Voter>();
      int voters = 1 + random.nextInt(8);
      for (int i = 0; i < voters; i++) {
        var host = "h" + random.nextInt(4);
        boolean reachable = random.nextBoolean();
        here.add(new Voter(host, host + ":" + i, reachable));
        there.add(new Voter(host, host + ":" + i, !reachable));
      }
      assertThat(HostVotes.hasMajority(here))
          .as("seed %d, %s", seed, here)
          .isNotEqualTo(HostVotes.hasMajority(there));
    }
  }
}
