package io.mobula.internal.node;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValueType;
import io.mobula.internal.cluster.ClusterSettings;
import io.mobula.internal.cluster.Peer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reader and validator of {@code mobula.cluster}, {@code mobula.tls} and {@code mobula.insecure}.
 */
final class ClusterConfigReader {
  private static final int MAX_NAME = 1_000;
  private static final int MAX_LABELS = 16 << 10;
  private static final String SEEDS = "mobula.cluster.seeds";
  private static final String PORT = "mobula.cluster.port";
  private static final String ROLE = "mobula.cluster.role";
  private static final int LAST_PORT = 65_535;

  private final SettingReader reader;
  private final Config config;

  private ClusterConfigReader(SettingReader reader, Config config) {
    this.reader = reader;
    this.config = config;
  }

  static ClusterSettings read(SettingReader reader, Config config) {
    return new ClusterConfigReader(reader, config).read();
  }

  private ClusterSettings read() {
    var seeds = seeds();
    return new ClusterSettings(
        reader.read("mobula.cluster.listen", config::getBoolean)
            || !seeds.isEmpty()
            || WorkerConfigReader.count(reader, config) > 0,
        new ClusterSettings.Identity(name("mobula.cluster.name"), nodeName(), role(), labels()),
        new ClusterSettings.Binding(name("mobula.cluster.host"), port()),
        seeds,
        reader.duration("mobula.cluster.join-timeout"),
        reader.duration("mobula.cluster.leave-timeout"),
        reader.duration("mobula.cluster.stopped-after"),
        new ClusterSettings.Security(tls(), reader.read("mobula.insecure", config::getBoolean)));
  }

  private @Nullable String nodeName() {
    var name = name("mobula.cluster.node-name");
    return name.equals("auto") ? null : name;
  }

  private String name(String key) {
    var name = reader.read(key, config::getString).trim();
    if (name.isEmpty()) {
      throw reader.malformed(key, "it must not be empty", null);
    }
    if (name.length() > MAX_NAME) {
      throw reader.malformed(key, "it must not have more than " + MAX_NAME + " characters", null);
    }
    return name;
  }

  private int port() {
    long port = reader.read(PORT, config::getLong);
    if (port < 0 || port > LAST_PORT) {
      throw reader.malformed(PORT, "it must be from 0 to " + LAST_PORT, null);
    }
    return (int) port;
  }

  private Peer.Role role() {
    var role = reader.read(ROLE, config::getString);
    return switch (role) {
      case "node" -> Peer.Role.NODE;
      case "worker" -> Peer.Role.WORKER;
      case "driver" -> Peer.Role.DRIVER;
      default -> throw reader.malformed(ROLE, "it must be node, worker or driver", null);
    };
  }

  private List<String> seeds() {
    boolean text = reader.read(SEEDS, config::getValue).valueType() == ConfigValueType.STRING;
    var seeds = text
        ? Arrays.stream(config.getString(SEEDS).split(",")).toList()
        : reader.read(SEEDS, config::getStringList);
    return seeds.stream()
        .map(String::trim)
        .filter(seed -> !seed.isEmpty())
        .map(this::seed)
        .toList();
  }

  private String seed(String seed) {
    if (!seed.matches("[^\\s:/@]+:\\d{1,5}")) {
      throw reader.malformed(
          SEEDS, "\"" + seed + "\" is not of the form host:port, such as 10.0.0.7:4410", null);
    }
    int port = Integer.parseInt(seed.substring(seed.indexOf(':') + 1));
    if (port < 1 || port > LAST_PORT) {
      throw reader.malformed(SEEDS, "the port of \"" + seed + "\" must be from 1 to 65535", null);
    }
    return seed;
  }

  private Map<String, String> labels() {
    var labels = new TreeMap<String, String>();
    for (var key : reader.read("mobula.cluster.labels", config::getObject).keySet()) {
      var path = "mobula.cluster.labels." + ConfigUtil.quoteString(key);
      labels.put(key, reader.read(path, config::getString));
    }
    int characters = labels.entrySet().stream()
        .mapToInt(label -> label.getKey().length() + label.getValue().length())
        .sum();
    if (characters > MAX_LABELS) { // every node is told all labels in one message
      throw reader.malformed(
          "mobula.cluster.labels",
          "keys and values together must not have more than " + MAX_LABELS + " characters",
          null);
    }
    return labels;
  }

  private ClusterSettings.@Nullable Tls tls() {
    var certificate = file("mobula.tls.certificate");
    var key = file("mobula.tls.key");
    var authority = file("mobula.tls.ca");
    if (certificate == null && key == null && authority == null) {
      return null;
    }
    if (certificate == null || key == null || authority == null) {
      var missing = certificate == null ? "certificate" : key == null ? "key" : "ca";
      throw reader.malformed(
          "mobula.tls." + missing, "certificate, key and ca are needed together", null);
    }
    return new ClusterSettings.Tls(certificate, key, authority);
  }

  private @Nullable Path file(String key) {
    var text = reader.read(key, config::getString);
    if (text.isEmpty()) {
      return null;
    }
    var file = reader.path(key, text);
    if (!Files.isReadable(file)) {
      throw reader.malformed(key, "there is no such file, or it may not be read", null);
    }
    return file;
  }
}
