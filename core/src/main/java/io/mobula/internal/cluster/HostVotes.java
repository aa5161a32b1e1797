package io.mobula.internal.cluster;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Which side of a cut goes on: the one with more hosts. A host has one vote however many voters run
 * on it, and gives it to the side that has more of these. Ties go to the side of the lowest
 * address, so that both sides come to the same answer by themselves. Pure.
 */
final class HostVotes {
  private HostVotes() {}

  /**
   * A process that counts.
   *
   * @param host where it runs
   * @param address its own, in an order all agree on
   * @param reachable on which side it is, seen from here
   */
  record Voter(String host, String address, boolean reachable) {}

  /** Whether the side from which this is looked at goes on. Nobody to count means no. */
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
