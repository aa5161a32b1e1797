package io.mobula.internal.group;

import java.util.Objects;

/**
 * What the scheduler says of a living group, to every process. It comes on two ways, as news and as
 * the answer to a question, that may overtake each other: the version tells which word is newer.
 *
 * @param version of the scheduler's words on all groups
 * @param map where its bundles are
 * @param committed whether every node of the map has said that it has its bundles
 * @param before whether it had been so before, if it is not now
 * @param why what a group waits for that is not committed
 */
record GroupFacts(Version version, GroupMap map, boolean committed, boolean before, String why) {
  /**
   * Which word of which scheduler it is.
   *
   * @param scheduler its number; that of one that takes over is higher
   * @param word counts what this one has said
   */
  record Version(long scheduler, long word) {
    /** Whether the other is older. */
    boolean isAfter(Version other) {
      return scheduler == other.scheduler ? word > other.word : scheduler > other.scheduler;
    }
  }

  GroupFacts {
    Objects.requireNonNull(version, "version");
    Objects.requireNonNull(map, "map");
    Objects.requireNonNull(why, "why");
  }
}
