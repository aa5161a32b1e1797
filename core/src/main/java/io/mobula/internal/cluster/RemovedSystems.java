package io.mobula.internal.cluster;

import java.util.LinkedHashSet;
import java.util.SequencedSet;

/** Addresses of the systems that were removed most recently; the oldest are forgotten. */
final class RemovedSystems {
  private static final int MAX_REMEMBERED = 1_000;

  private final SequencedSet<SystemAddress> systemAddresses = new LinkedHashSet<>();

  void add(SystemAddress systemAddress) {
    if (systemAddresses.add(systemAddress) && systemAddresses.size() > MAX_REMEMBERED) {
      systemAddresses.removeFirst();
    }
  }

  boolean contains(SystemAddress systemAddress) {
    return systemAddresses.contains(systemAddress);
  }
}
