package io.mobula.internal.node;

import io.mobula.error.SettingsException;
import io.mobula.internal.actor.ActorCluster;
import io.mobula.internal.cluster.Peer;
import java.util.List;

/**
 * Relations between timeouts of a cluster that settings must not break, since otherwise the cluster
 * would lose what it promises to keep. The table of timeouts in {@code docs/reliability.md} has all
 * relations, and those that settings may break.
 */
final class TimeoutRelations {
  private static final String CLUSTER = "mobula.cluster.actor-system.akka.cluster.";
  private static final String STOPPED_AFTER = "mobula.cluster.stopped-after";
  private static final String STABLE = CLUSTER + "split-brain-resolver.stable-after";
  private static final String DOWN_ALL = CLUSTER + "split-brain-resolver.down-all-when-unstable";
  private static final String PAUSE = CLUSTER + "failure-detector.acceptable-heartbeat-pause";

  /** Number of join timeouts that joining may take in all, and of start limits of a worker. */
  private static final int MAX_TIMEOUTS = 6;

  /**
   * Relation between two settings.
   *
   * @param longer key of the setting that must be longer
   * @param times factor by which it is multiplied first
   * @param shorter key of the setting that must be shorter
   * @param otherwise what happens if the relation is broken
   */
  private record Relation(String longer, int times, String shorter, String otherwise) {}

  private static final List<Relation> OF_ALL = List.of(
      new Relation(
          CLUSTER + "quarantine-removed-node-after",
          1,
          STOPPED_AFTER,
          "a process that wakes is not told that it was removed"),
      new Relation(DOWN_ALL, 1, STABLE, "all members are removed before any can decide"));

  /** Relations of members that offer resources; a driver may prefer to give up early. */
  private static final List<Relation> OF_OFFERING = List.of(
      new Relation(
          "mobula.cluster.join-timeout",
          MAX_TIMEOUTS,
          STOPPED_AFTER,
          "a node that starts gives up while a member that stands still is waited for"),
      new Relation(
          "mobula.jobs.worker-start-limit",
          MAX_TIMEOUTS,
          STOPPED_AFTER,
          "a worker that starts is given up while a member that stands still is waited for"));

  private final SettingReader reader;

  private TimeoutRelations(SettingReader reader) {
    this.reader = reader;
  }

  /**
   * Checks the settings of a member of a cluster.
   *
   * @throws SettingsException if they break a relation; names both settings
   */
  static void require(SettingReader reader, Peer.Role role) {
    var relations = new TimeoutRelations(reader);
    OF_ALL.forEach(relations::require);
    if (role != Peer.Role.DRIVER) {
      OF_OFFERING.forEach(relations::require);
    }
    relations.requireSuccession();
  }

  private void require(Relation relation) {
    if (isSwitch(relation.longer())) {
      return;
    }
    var longer = reader.duration(relation.longer()).multipliedBy(relation.times());
    var shorter = reader.duration(relation.shorter());
    if (longer.compareTo(shorter) <= 0) {
      var first = relation.times() == 1
          ? reader.describe(relation.longer())
          : relation.times() + " times " + reader.describe(relation.longer());
      throw broken(
          first + " must be longer than " + reader.describe(relation.shorter()),
          relation.otherwise());
    }
  }

  /** Returns whether a setting of Akka is not a duration but {@code on} or {@code off}. */
  private boolean isSwitch(String key) {
    var text = reader.read(key, reader.config()::getString);
    return text.equals("on") || text.equals("off");
  }

  private void requireSuccession() {
    var death = reader.duration(PAUSE).plus(reader.duration(STABLE));
    var limit = ActorCluster.successionLimit();
    if (limit.compareTo(death) <= 0) {
      throw broken(
          reader.describe(PAUSE) + " and " + reader.describe(STABLE)
              + " together must be shorter than " + limit.toSeconds() + "s",
          "an actor is given up while its successor has not heard of the death of its owner");
    }
  }

  private static SettingsException broken(String rule, String otherwise) {
    return new SettingsException("Settings contradict each other: " + rule + ", or else "
        + otherwise + ". See the timeouts in docs/reliability.md.");
  }
}
