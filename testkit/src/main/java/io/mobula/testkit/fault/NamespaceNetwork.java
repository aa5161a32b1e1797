package io.mobula.testkit.fault;

import io.mobula.Settings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Network of Linux network namespaces, one for each host, joined by a bridge; the last host is the
 * namespace of this process. Needs root. Packets of a cut connection go to an unused hardware
 * address, so that they are lost silently, as on a real network.
 */
final class NamespaceNetwork implements HostNetwork {
  private static final String UNUSED_MAC = "02:00:00:00:00:99";
  private static final int FIRST_PORT = 7_300;
  private static final int PIDS = 100_000;

  private final int namespaces;
  private final String name;
  private final String subnet;
  private final List<String> undo = new ArrayList<>();
  private final Map<List<Integer>, Integer> cuts = new HashMap<>();

  private NamespaceNetwork(int namespaces) {
    long pid = ProcessHandle.current().pid();
    this.namespaces = namespaces;
    this.name = "mbf" + pid % PIDS;
    this.subnet = String.format(Locale.ROOT, "10.%d.%d.", 160 + pid % 64, pid / 64 % 250);
  }

  /**
   * Creates the namespaces and their bridge.
   *
   * @throws IOException when that is not possible here; nothing is left behind then
   */
  static NamespaceNetwork create(int namespaces) throws IOException {
    var network = new NamespaceNetwork(namespaces);
    try {
      network.make();
      return network;
    } catch (IOException e) {
      network.close();
      throw e;
    }
  }

  /** Returns why namespaces cannot be created here, or empty if they can. */
  static Optional<String> whyNot() {
    try (var _ = create(1)) {
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  private void make() throws IOException {
    ip("link add " + name + " type bridge");
    undo.add("link del " + name);
    ip("addr add " + address(namespaces) + "/24 dev " + name);
    ip("link set " + name + " up");
    for (int host = 0; host < namespaces; host++) {
      var namespace = namespace(host);
      ip("netns add " + namespace);
      undo.add("netns del " + namespace);
      ip("link add " + namespace + "o type veth peer name eth0 netns " + namespace);
      ip("link set " + namespace + "o master " + name);
      ip("link set " + namespace + "o up");
      ip("-n " + namespace + " addr add " + address(host) + "/24 dev eth0");
      ip("-n " + namespace + " link set eth0 up");
      ip("-n " + namespace + " link set lo up");
    }
  }

  private String namespace(int host) {
    return name + "h" + host;
  }

  private String address(int host) {
    return subnet + (host + 2);
  }

  @Override
  public String freeAddress(int host, int node) {
    return address(host) + ":" + (FIRST_PORT + node);
  }

  @Override
  public List<String> launcher(int host) {
    return host == namespaces ? List.of() : List.of("ip", "netns", "exec", namespace(host));
  }

  @Override
  public Settings settings(Settings settings) {
    return settings.set("mobula.insecure", true);
  }

  /** Cuts a connection; a connection that was cut twice is restored when both cuts are healed. */
  @Override
  public synchronized void cut(int from, int to) throws IOException {
    if (cuts.merge(List.of(from, to), 1, Integer::sum) > 1) {
      return;
    }
    ip(in(from) + "neigh replace " + address(to) + " lladdr " + UNUSED_MAC + " nud permanent dev "
        + device(from));
  }

  @Override
  public synchronized void heal(int from, int to) throws IOException {
    if (cuts.merge(List.of(from, to), -1, Integer::sum) > 0) {
      return;
    }
    ip(in(from) + "neigh del " + address(to) + " dev " + device(from));
  }

  private String in(int host) {
    return host == namespaces ? "" : "-n " + namespace(host) + " ";
  }

  private String device(int host) {
    return host == namespaces ? name : "eth0";
  }

  /** Removes the namespaces with all devices in them. */
  @Override
  public void close() throws IOException {
    for (var words : undo.reversed()) {
      ip(words);
    }
    undo.clear();
  }

  private static void ip(String words) throws IOException {
    var command = new ArrayList<>(List.of("ip"));
    command.addAll(List.of(words.split(" ")));
    CommandRunner.run(command);
  }
}
