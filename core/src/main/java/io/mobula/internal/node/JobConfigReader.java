package io.mobula.internal.node;

import com.typesafe.config.Config;
import io.mobula.ObjectId;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.execution.RuntimeEnvironment;
import io.mobula.internal.job.JobPackage;
import io.mobula.internal.job.JobSettings;
import io.mobula.internal.job.StaticWorkers;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reader and validator of {@code mobula.jobs}. */
final class JobConfigReader {
  private static final String SHIP = "mobula.jobs.ship";
  private static final String ENVIRONMENT = "mobula.jobs.environment";
  private static final String DIGITS = "-?\\d{1,19}";

  /** Keys that each process has a value of its own for; they are not passed on to workers. */
  private static final Set<String> PER_PROCESS_KEYS = Set.of(
      "mobula.resources.",
      "mobula.workers.",
      "mobula.cluster.listen",
      "mobula.cluster.port",
      "mobula.cluster.seeds",
      "mobula.cluster.role",
      "mobula.cluster.node-name",
      "mobula.cluster.labels",
      SHIP,
      ENVIRONMENT);

  private static final String WEIGHT = "mobula.jobs.weight";
  private static final double MAX_WEIGHT = 1e6;

  private JobConfigReader() {}

  /**
   * Reads how jars are shipped.
   *
   * @param standing the static workers, which are read elsewhere
   */
  static JobSettings read(
      SettingReader reader, Config config, Peer.Role role, StaticWorkers.Spec standing) {
    var ship = reader.paths(SHIP);
    if (!ship.isEmpty() && role != Peer.Role.DRIVER) {
      throw reader.malformed(
          SHIP, "only a driver ships jars: connect to a cluster, or set mobula.cluster.role", null);
    }
    JobPackage.require(ship);
    return new JobSettings(
        ship,
        environment(reader, config),
        reader.directory("mobula.jobs.cache"),
        new JobSettings.WorkerSettings(
            reader.flags("mobula.jobs.worker-flags"),
            reader.duration("mobula.jobs.worker-start-limit"),
            reader.duration("mobula.jobs.worker-idle")),
        standing,
        weight(reader, config),
        ConfigKeyValidator.nonDefaults(config, PER_PROCESS_KEYS));
  }

  /**
   * Returns the runtime environment that this process was started with, or null if it is no worker
   * for one.
   */
  static @Nullable RuntimeEnvironment environment(SettingReader reader, Config config) {
    var text = reader.read(ENVIRONMENT, config::getString);
    if (text.isEmpty()) {
      return null;
    }
    if (!text.matches("[0-9a-f]{64} " + DIGITS + " " + DIGITS + " \\d{1,9}")) {
      throw reader.malformed(ENVIRONMENT, "it is set by a node for its worker processes", null);
    }
    var parts = text.split(" ", -1);
    return new RuntimeEnvironment(
        parts[0],
        new ObjectId(
            Long.parseLong(parts[1]), Long.parseLong(parts[2]), Integer.parseInt(parts[3])));
  }

  private static double weight(SettingReader reader, Config config) {
    double weight = reader.read(WEIGHT, config::getDouble);
    if (!(weight > 0 && weight <= MAX_WEIGHT)) {
      throw reader.malformed(WEIGHT, "it must be more than 0, and at most " + MAX_WEIGHT, null);
    }
    return weight;
  }
}
