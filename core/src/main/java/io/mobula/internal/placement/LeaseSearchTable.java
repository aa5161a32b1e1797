package io.mobula.internal.placement;

import io.mobula.placement.Placement;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Table of a node's open searches for leases: by requester, and by the number of the last request
 * that went to another node. Thread-safe.
 */
final class LeaseSearchTable {
  private final Set<LeaseSearch> searches = new LinkedHashSet<>();
  private final Map<Long, LeaseSearch> asked = new HashMap<>();
  private long numbers; // of requests to other nodes
  private long turns; // of spread requests

  /** Adds a search for that requester. */
  synchronized LeaseSearch open(
      LeaseSearchDependencies dependencies, ClusterLeaseRequester requester) {
    long turn = requester.placement() instanceof Placement.Spread ? turns++ : 0;
    var search = new LeaseSearch(dependencies, this, requester, turn);
    searches.add(search);
    return search;
  }

  /** Returns all open searches. */
  synchronized List<LeaseSearch> open() {
    return List.copyOf(searches);
  }

  /** Returns the open search of that requester, or null. */
  @SuppressWarnings("ReferenceEquality") // requesters are known by identity
  @Nullable
  LeaseSearch find(ClusterLeaseRequester requester) {
    for (var search : open()) {
      if (search.requester() == requester) {
        return search;
      }
    }
    return null;
  }

  /** Returns the search whose last request to another node has that number, or null. */
  synchronized @Nullable LeaseSearch find(long number) {
    return asked.get(number);
  }

  /**
   * Registers the search under a new number, which the asked node repeats in its answer.
   *
   * @param before the number of the search until now
   */
  synchronized long renumber(LeaseSearch search, long before) {
    asked.remove(before);
    asked.put(++numbers, search);
    return numbers;
  }

  /** Removes a search that has ended. */
  synchronized void remove(LeaseSearch search, long number) {
    searches.remove(search);
    asked.remove(number);
  }
}
