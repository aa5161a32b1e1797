package io.mobula.internal.group;

import java.util.Objects;

/**
 * What the scheduler says of a living group, to every process. It comes on two ways, as news and as
 * the answer to a question, that may overtake each other: the version tells which word is newer.
 *
 * @param version of the scheduler's words on all groups
 * @param assignment where its bundles are
 * @param committed whether every node of the map has said that it has its bundles
 * @param wasCommitted whether it had been so before, if it is not now
 * @param why what a group waits for that is not committed
 */
record GroupStatus(
    Version version,
    BundleAssignment assignment,
    boolean committed,
    boolean wasCommitted,
    String why) {
  /**
   * Which word of which scheduler it is.
   *
   * @param scheduler its number; that of one that takes over is higher
   * @param sequence counts what this one has said
   */
  record Version(long scheduler, long sequence) {
    /** Whether the other is older. */
    boolean isAfter(Version other) {
      return scheduler == other.scheduler ? sequence > other.sequence : scheduler > other.scheduler;
    }
  }

  GroupStatus {
    Objects.requireNonNull(version, "version");
    Objects.requireNonNull(assignment, "map");
    Objects.requireNonNull(why, "why");
  }
}
