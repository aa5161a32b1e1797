package io.mobula.cli;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import io.mobula.Mobula;
import io.mobula.Settings;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Command-line options of a node that is to be started. */
final class NodeOptions {
  @Option(names = "--cpus", paramLabel = "N", description = "Processor cores it offers (detected).")
  private @Nullable Double cpus;

  @Option(names = "--gpus", paramLabel = "N", description = "Accelerators it offers (none).")
  private @Nullable Integer gpus;

  @Option(
      names = "--memory",
      paramLabel = "SIZE",
      converter = ByteSizeConverter.class,
      description = "Memory it offers to those who ask for it, such as 8GiB (detected).")
  private @Nullable Long memory;

  @Option(
      names = "--store",
      paramLabel = "SIZE",
      converter = ByteSizeConverter.class,
      description = "What its object store may hold, such as 2GiB (30 %% of the memory).")
  private @Nullable Long store;

  @Option(
      names = "--resource",
      paramLabel = "NAME=AMOUNT",
      description = "A resource of its own; may be repeated.")
  private Map<String, Double> resources = new LinkedHashMap<>();

  @Option(
      names = "--workers",
      paramLabel = "N",
      description = {
        "Worker processes beside it (none), among which all that it offers is divided;",
        "work that crashes its JVM then harms a worker, which is started again."
      })
  private @Nullable Integer workers;

  @Option(
      names = "--label",
      paramLabel = "KEY=VALUE",
      description = "What placement may ask for; may be repeated.")
  private Map<String, String> labels = new LinkedHashMap<>();

  @Option(names = "--name", paramLabel = "NAME", description = "What people call it.")
  private @Nullable String name;

  @Option(
      names = "--bind",
      paramLabel = "HOST",
      description =
          "The address it listens on (127.0.0.1); another one wants mobula.tls.* or mobula.insecure.")
  private @Nullable String bind;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Any setting, as reference.conf names it; may be repeated.")
  private Map<String, String> otherSettings = new LinkedHashMap<>();

  @Option(
      names = "--class-path",
      paramLabel = "PATHS",
      converter = UserClassPath.Converter.class,
      description = "Your classes: jars and directories, in front of Mobula's own.")
  private UserClassPath classPath = UserClassPath.NONE;

  UserClassPath classPath() {
    return classPath;
  }

  Settings settings() {
    var settings = Mobula.settings();
    settings = cpus == null ? settings : settings.cpus(cpus);
    settings = gpus == null ? settings : settings.gpus(gpus);
    settings = memory == null ? settings : settings.memory(memory);
    settings = store == null ? settings : settings.storeCapacity(store);
    settings = name == null ? settings : settings.set("mobula.cluster.node-name", name);
    settings = bind == null ? settings : settings.set("mobula.cluster.host", bind);
    settings = workers == null ? settings : settings.workers(workers);
    for (var resource : resources.entrySet()) {
      settings = settings.resource(resource.getKey(), resource.getValue());
    }
    for (var label : labels.entrySet()) {
      settings = settings.set("mobula.cluster.labels.\"" + label.getKey() + '"', label.getValue());
    }
    for (var other : otherSettings.entrySet()) {
      settings = settings.set(other.getKey(), other.getValue());
    }
    return settings;
  }

  /** Parser of a size in bytes, in the notation of the settings. */
  static final class ByteSizeConverter implements ITypeConverter<Long> {
    @Override
    public Long convert(String size) {
      try {
        return ConfigFactory.parseMap(Map.of("size", size)).getBytes("size");
      } catch (ConfigException e) {
        throw new TypeConversionException(
            "'" + size + "' is no size; write a number of bytes, or such as 512MiB or 8GiB");
      }
    }
  }
}
