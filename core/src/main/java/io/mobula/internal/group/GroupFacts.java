package io.mobula.internal.group;

import java.util.Objects;

/**
 * What the scheduler says of a living group, to every process.
 *
 * @param map where its bundles are
 * @param committed whether every node of the map has said that it has its bundles
 * @param before whether it had been so before, if it is not now
 * @param why what a group waits for that is not committed
 */
record GroupFacts(GroupMap map, boolean committed, boolean before, String why) {
  GroupFacts {
    Objects.requireNonNull(map, "map");
    Objects.requireNonNull(why, "why");
  }
}
