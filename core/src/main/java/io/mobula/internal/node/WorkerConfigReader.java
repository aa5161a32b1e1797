package io.mobula.internal.node;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigUtil;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.job.ResourceSplit;
import io.mobula.internal.job.StaticWorkers;
import io.mobula.internal.ledger.DeviceSplit;
import io.mobula.placement.Resources;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Reader and validator of {@code mobula.workers}. */
final class WorkerConfigReader {
  /** Key of the number of workers; a positive number turns the cluster on. */
  static final String COUNT = "mobula.workers.count";

  private static final String RESTARTS = "mobula.workers.restarts";
  private static final String CLASS_PATH = "mobula.workers.class-path";
  private static final String RESOURCES = "mobula.workers.resources";
  private static final long MAX_WORKERS = 256;

  private final SettingReader reader;
  private final Config config;

  private WorkerConfigReader(SettingReader reader, Config config) {
    this.reader = reader;
    this.config = config;
  }

  /**
   * Reads the specification of the static workers.
   *
   * @param all the resources that node and workers offer together
   * @param gpus the accelerators among them
   */
  static StaticWorkers.Spec read(
      SettingReader reader, Config config, Peer.Role role, Resources all, GpuConfig gpus) {
    return new WorkerConfigReader(reader, config).read(role, all, gpus);
  }

  /** Returns the configured number of workers. */
  static int count(SettingReader reader, Config config) {
    long count = reader.read(COUNT, config::getLong);
    if (count < 0 || count > MAX_WORKERS) {
      throw reader.malformed(COUNT, "it must be from 0 to " + MAX_WORKERS, null);
    }
    return (int) count;
  }

  private StaticWorkers.Spec read(Peer.Role role, Resources all, GpuConfig gpus) {
    int count = count(reader, config);
    if (count > 0 && role != Peer.Role.NODE) {
      throw reader.malformed(COUNT, "only a node has workers beside it", null);
    }
    var said = said(); // read even without workers, so that a malformed setting is refused
    var resourceSplit = count == 0 ? ResourceSplit.none(all) : division(all, count, said);
    return new StaticWorkers.Spec(
        count,
        classPath(),
        reader.flags("mobula.workers.flags"),
        restarts(),
        resourceSplit,
        split(gpus, count, resourceSplit.worker().units(Resources.GPU)));
  }

  private DeviceSplit split(GpuConfig gpus, int count, long each) {
    var split = DeviceSplit.of(gpus.shares(), each == 0 ? 0 : count, each);
    if (split == null) {
      throw reader.malformed(
          RESOURCES + ".gpus",
          count + " shares of " + (double) each / Resources.UNITS_PER_ONE + " do not lie on "
              + gpus.shares().size() + " devices, as none lies on two",
          null);
    }
    return split;
  }

  private int restarts() {
    long restarts = reader.read(RESTARTS, config::getLong);
    if (restarts < 0 || restarts > Integer.MAX_VALUE) {
      throw reader.malformed(RESTARTS, "it must be a whole number from 0", null);
    }
    return (int) restarts;
  }

  private List<Path> classPath() {
    var entries = reader.paths(CLASS_PATH);
    for (var entry : entries) {
      if (!Files.exists(entry)) {
        throw reader.malformed(CLASS_PATH, "there is no " + entry.toAbsolutePath(), null);
      }
    }
    return entries.stream().map(Path::toAbsolutePath).toList();
  }

  private ResourceSplit division(Resources all, int count, Map<String, Long> said) {
    return reader.checked(RESOURCES, () -> ResourceSplit.of(all, count, said));
  }

  /**
   * Returns the configured amounts of each worker, in units, for the resources that the settings
   * name.
   */
  private Map<String, Long> said() {
    var said = new TreeMap<String, Long>();
    say(said, Resources.CPU, RESOURCES + ".cpus");
    say(said, Resources.GPU, RESOURCES + ".gpus");
    var memory = RESOURCES + ".memory";
    long bytes = reader.automatic(memory, config::getBytes, -1L);
    if (bytes >= 0) {
      said.put(Resources.MEMORY, bytes);
    }
    for (var name : reader.read(RESOURCES + ".custom", config::getObject).keySet()) {
      say(said, name, RESOURCES + ".custom." + ConfigUtil.quoteString(name));
    }
    return said;
  }

  private void say(Map<String, Long> said, String name, String key) {
    double amount = reader.automatic(key, config::getDouble, Double.NaN);
    if (!Double.isNaN(amount)) {
      var each = reader.checked(key, () -> Resources.none().resource(name, amount));
      said.put(name, each.units(name));
    }
  }
}
