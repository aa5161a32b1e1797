package io.mobula.internal.cluster;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Vote on which side of a network partition goes on: the side with more hosts. A host has one vote
 * however many voters run on it, and gives it to the side with more of them. Ties go to the side of
 * the lowest address, so that both sides reach the same result independently. A pure function.
 */
final class HostVotes {
  private HostVotes() {}

  /**
   * Process that counts in the vote.
   *
   * @param host the host that it runs on
   * @param address its address, in an order that all agree on
   * @param reachable whether it is on this side
   */
  record Voter(String host, String address, boolean reachable) {}

  /** Returns whether this side goes on; false without voters. */
  static boolean hasMajority(Collection<Voter> voters) {
    var hosts = new TreeMap<String, List<Voter>>();
    for (var voter : voters) {
      hosts.merge(voter.host(), List.of(voter), HostVotes::joined);
    }
    int balance = 0;
    for (var host : hosts.values()) {
      balance += favoursReachable(host) ? 1 : -1;
    }
    return balance > 0 || (balance == 0 && lowestIsReachable(voters));
  }

  private static boolean favoursReachable(List<Voter> host) {
    int balance = 0;
    for (var voter : host) {
      balance += voter.reachable() ? 1 : -1;
    }
    return balance > 0 || (balance == 0 && lowestIsReachable(host));
  }

  private static boolean lowestIsReachable(Collection<Voter> voters) {
    return voters.stream()
        .min(Comparator.comparing(Voter::address))
        .map(Voter::reachable)
        .orElse(false);
  }

  private static List<Voter> joined(List<Voter> first, List<Voter> second) {
    return Stream.concat(first.stream(), second.stream()).toList();
  }
}
