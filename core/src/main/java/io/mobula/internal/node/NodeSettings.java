package io.mobula.internal.node;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValueFactory;
import io.mobula.Settings;
import io.mobula.error.SettingsException;
import io.mobula.internal.cluster.ClusterSettings;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.job.JobSettings;
import io.mobula.internal.memory.SharedStore;
import io.mobula.internal.memory.StoreOptions;
import io.mobula.internal.output.OutputSettings;
import io.mobula.internal.process.WorkerMain;
import io.mobula.internal.store.ObjectStore;
import io.mobula.internal.store.SpillConfig;
import io.mobula.internal.task.TaskSettings;
import io.mobula.placement.Resources;
import io.mobula.spi.SpillTarget;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Settings of a node, read and validated: every malformed key is refused by name before anything
 * starts.
 *
 * @param total the resources that the node offers
 * @param gpus its accelerators
 * @param store the location and size of its memory
 * @param limits sizes up to which objects stay in the heap
 * @param tasks the settings of task execution
 * @param codec the limits of decoding
 * @param actors the settings of actors
 * @param unschedulableTimeout how long work waits that no node can hold
 * @param closeTimeout how long closing waits
 * @param shareHost the memory-sharing group, see {@link Peer.StoreLocation#sharingGroup}
 * @param rings whether processes of its host send each other frames through shared memory
 * @param output the settings of printed output
 * @param jobs how jobs bring their classes along
 * @param cluster its settings in the cluster
 */
public record NodeSettings(
    Resources total,
    GpuConfig gpus,
    StoreOptions store,
    ObjectStore.Limits limits,
    TaskSettings tasks,
    CodecBounds codec,
    ActorBounds actors,
    Duration unschedulableTimeout,
    Duration closeTimeout,
    String shareHost,
    boolean rings,
    OutputSettings output,
    JobSettings jobs,
    ClusterSettings cluster) {
  private static final long MAX_LINE_BYTES = 64 << 10;
  private static final long MIN_LOG_BYTES = 64 << 10;
  private static final long MAX_LOG_BYTES = 1L << 40;
  private static final long MAX_LOG_FILES = 1000;

  /**
   * Limits of what may be decoded.
   *
   * @param allowedClasses patterns with * for any characters; empty allows all
   * @param maxDepth how deeply values may be nested
   */
  public record CodecBounds(List<String> allowedClasses, int maxDepth) {}

  /**
   * Settings of the actor engine.
   *
   * @param maxThreads how many threads concurrent methods may have
   * @param handleGrace how long an actor lives on when no process has a handle
   * @param transitHold how long refs and handles inside an Akka message are held for its receiver
   * @param checkpointDirectory the directory of actors' checkpoints, or null for the store
   */
  public record ActorBounds(
      int maxThreads,
      Duration handleGrace,
      Duration transitHold,
      @Nullable Path checkpointDirectory) {}

  /**
   * Overlays the program's settings over system properties, the environment and a configuration, in
   * this order.
   */
  public static Config overlay(Settings settings, Config base) {
    Config result = ConfigFactory.empty();
    for (var entry : settings.values().entrySet()) {
      try {
        result = result.withValue(entry.getKey(), ConfigValueFactory.fromAnyRef(entry.getValue()));
      } catch (ConfigException e) {
        throw new SettingsException(
            "Setting " + entry.getKey() + "=" + entry.getValue() + " cannot be used: "
                + e.getMessage(),
            e);
      }
    }
    var all = result
        .withFallback(ConfigFactory.systemProperties())
        .withFallback(EnvironmentConfigReader.in(System.getenv()))
        .withFallback(base);
    return TextSettingParser.read(ConfigKeyValidator.withoutBuildProperties(all));
  }

  /** Reads and validates the part below {@code mobula}. */
  public static NodeSettings read(Config config) {
    ConfigKeyValidator.require(config);
    var reader = new SettingReader(config);
    var described = ClusterConfigReader.read(reader, config);
    var role = described.identity().role();
    long usable = usableMemory();
    long capacity =
        reader.automatic("mobula.store.capacity", config::getBytes, defaultStoreCapacity());
    boolean offers =
        role != Peer.Role.DRIVER && JobConfigReader.environment(reader, config) == null;
    var gpus = GpuConfig.read(reader, config, offers);
    var all = offers
        ? resources(reader, config, usable, capacity).withUnits(Resources.GPU, gpus.units())
        : Resources.none();
    var standing = WorkerConfigReader.read(reader, config, role, all, gpus);
    var cluster = described.with(gpus.labels());
    if (cluster.enabled()) {
      TimeoutRelations.require(reader, role);
    }
    return new NodeSettings(
        standing.resourceSplit().node(),
        gpus.leaving(standing.gpus().rest()),
        new StoreOptions(
            reader.directory("mobula.store.directory"),
            reader.storable("mobula.store.capacity", capacity),
            reader.storable(
                "mobula.store.segment-size",
                reader.read("mobula.store.segment-size", config::getBytes)),
            reader.read("mobula.store.pre-touch", config::getBoolean),
            beside(reader, config)),
        new ObjectStore.Limits(
            reader.read("mobula.store.inline-limit", config::getBytes),
            reader.duration("mobula.store.full-timeout"),
            spilling(reader, config)),
        new TaskSettings(
            reader.positive("mobula.tasks.max-pending", config::getLong),
            reader.positive("mobula.tasks.max-pending-bytes", config::getBytes),
            reader.duration("mobula.tasks.submit-timeout"),
            reader.duration("mobula.tasks.lease-idle"),
            (int) reader.positive("mobula.tasks.max-slots", config::getLong),
            (int) reader.positive("mobula.tasks.max-in-flight", config::getLong),
            reader.duration("mobula.tasks.probation"),
            (int) reader.positive("mobula.tasks.max-threads", config::getLong)),
        new CodecBounds(reader.read("mobula.codec.allowed-classes", config::getStringList), (int)
            reader.positive("mobula.codec.max-depth", config::getLong)),
        new ActorBounds(
            (int) reader.positive("mobula.actors.max-threads", config::getLong),
            reader.duration("mobula.actors.handle-grace"),
            reader.duration("mobula.cluster.transit-hold"),
            checkpointDirectory(reader, config)),
        reader.duration("mobula.placement.unschedulable-timeout"),
        reader.duration("mobula.close-timeout"),
        shareHost(reader, config),
        reader.read("mobula.lanes.shared-memory", config::getBoolean),
        output(reader, config),
        JobConfigReader.read(reader, config, role, standing),
        cluster);
  }

  /** Returns the store directory of the node that started this process, or null. */
  private static @Nullable Path beside(SettingReader reader, Config config) {
    var key = "mobula.store.beside";
    var path = reader.read(key, config::getString);
    if (path.isEmpty()) {
      return null;
    }
    var directory = reader.path(key, path);
    if (!Files.isDirectory(directory)) {
      throw reader.malformed(key, "there is no directory " + path, null);
    }
    return directory;
  }

  private static @Nullable Path checkpointDirectory(SettingReader reader, Config config) {
    var key = "mobula.actors.checkpoint-directory";
    var path = reader.read(key, config::getString);
    if (path.isEmpty()) {
      return null;
    }
    var directory = reader.path(key, path);
    if (Files.exists(directory) && !Files.isDirectory(directory)) {
      throw reader.malformed(key, path + " is there and is no directory", null);
    }
    return directory;
  }

  /** Returns the memory-sharing group: a boolean in any of its spellings, or a name. */
  private static String shareHost(SettingReader reader, Config config) {
    var key = "mobula.store.share-host";
    var word = reader.read(key, config::getString).trim();
    return switch (word) {
      case "true", "yes", "on" -> Peer.StoreLocation.DEFAULT_GROUP;
      case "false", "no", "off" -> Peer.StoreLocation.NO_GROUP;
      case "" -> throw reader.malformed(key, "true, false or a word is wanted", null);
      default -> word;
    };
  }

  private static Resources resources(
      SettingReader reader, Config config, long usable, long capacity) {
    double cpus = reader.automatic("mobula.resources.cpus", config::getDouble, (double)
        Runtime.getRuntime().availableProcessors());
    long free = Math.max(usable / 10, usable - capacity - Runtime.getRuntime().maxMemory());
    long memory = reader.automatic("mobula.resources.memory", config::getBytes, free);
    var total = reader.checked("mobula.resources.cpus", () -> Resources.none().cpus(cpus));
    var withMemory = reader.checked("mobula.resources.memory", () -> total.memory(memory));
    var result = withMemory;
    for (var name : reader.read("mobula.resources.custom", config::getObject).keySet()) {
      var key = "mobula.resources.custom." + ConfigUtil.quoteString(name);
      double amount = reader.read(key, config::getDouble);
      var before = result;
      result = reader.checked(key, () -> before.resource(name, amount));
    }
    return result;
  }

  /** Returns the location and sharing group of the node's memory, for other processes. */
  public Peer.StoreLocation storeLocation(SharedStore memory) {
    return new Peer.StoreLocation(
        memory.directory().toString(), memory.idHigh(), memory.idLow(), shareHost);
  }

  /** Returns the default capacity of a store in bytes: 30 % of what this process may use. */
  public static long defaultStoreCapacity() {
    return Math.max(1 << 20, usableMemory() / 10 * 3);
  }

  /**
   * Limits of the log of a detached node.
   *
   * @param bytes the size of all its files together
   * @param parts the number of files
   */
  public record LogBounds(long bytes, int parts) {}

  /** Reads the limits of the log of a detached node, which is opened before the node. */
  public static LogBounds logBounds(Config config) {
    return logBounds(new SettingReader(config), config);
  }

  private static LogBounds logBounds(SettingReader reader, Config config) {
    long size = reader.bounded("mobula.logs.file-size", config::getBytes, MAX_LOG_BYTES);
    long parts = reader.bounded("mobula.logs.files", config::getLong, MAX_LOG_FILES);
    if (size < MIN_LOG_BYTES) {
      throw reader.malformed("mobula.logs.file-size", "it must be 64 KiB or more", null);
    }
    if (parts < 2) {
      throw reader.malformed("mobula.logs.files", "it must be 2 or more", null);
    }
    return new LogBounds(size * parts, (int) parts);
  }

  private static OutputSettings output(SettingReader reader, Config config) {
    // a malformed setting is refused, whether or not the node is detached
    var _ = logBounds(reader, config);
    return new OutputSettings(
        reader.read("mobula.logs.to-driver", config::getBoolean),
        reader.automatic(
            "mobula.logs.capture",
            config::getBoolean,
            Boolean.getBoolean(WorkerMain.STARTED_PROPERTY)),
        reader.read("mobula.logs.keep", config::getBoolean),
        (int) reader.positive("mobula.logs.lines-per-second", config::getLong),
        (int) reader.bounded("mobula.logs.bytes-per-line", config::getBytes, MAX_LINE_BYTES));
  }

  private static SpillConfig spilling(SettingReader reader, Config config) {
    double threshold = reader.read("mobula.store.spill.threshold", config::getDouble);
    return new SpillConfig(
        reader.checked(
            "mobula.store.spill.directories",
            () -> new SpillTarget.SpillSettings(
                reader.paths("mobula.store.spill.directories"),
                reader.positive("mobula.store.spill.fuse-below", config::getBytes),
                reader.positive("mobula.store.spill.fused-size", config::getBytes))),
        reader.checked("mobula.store.spill.threshold", () -> SpillConfig.requireShare(threshold)));
  }

  /**
   * Returns the memory that this process may use: its container's limit, or the machine's memory.
   */
  private static long usableMemory() {
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean system
        ? system.getTotalMemorySize()
        : Runtime.getRuntime().maxMemory();
  }
}
