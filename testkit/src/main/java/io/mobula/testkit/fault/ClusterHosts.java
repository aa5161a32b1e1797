package io.mobula.testkit.fault;

import io.mobula.Settings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Which processes of a cluster share a host, where they are reached, and how hosts are kept apart.
 * Nodes are dealt out over the hosts; drivers are on one more, this process's. For one thread at a
 * time.
 */
final class ClusterHosts implements AutoCloseable {
  private final int nodes;
  private final int hosts;
  private final HostNetwork network;
  private final List<String> addresses = new ArrayList<>();

  private ClusterHosts(int nodes, int hosts, HostNetwork network) {
    this.nodes = nodes;
    this.hosts = hosts;
    this.network = network;
  }

  /**
   * Makes the hosts.
   *
   * @param drivers how many processes there are besides the nodes
   * @param partitions whether they can be kept apart
   */
  static ClusterHosts create(int nodes, int drivers, int hosts, boolean partitions)
      throws IOException {
    var network = partitions ? NamespaceNetwork.create(hosts) : HostNetwork.loopback();
    var made = new ClusterHosts(nodes, hosts, network);
    try {
      for (int i = 0; i < nodes + drivers; i++) {
        made.addresses.add(network.freeAddress(made.hostOf(i), i));
      }
      return made;
    } catch (IOException e) {
      network.close();
      throw e;
    }
  }

  int hostOf(int process) {
    return process >= nodes ? hosts : process % hosts;
  }

  /** The command that a process is started under. */
  List<String> launcher(int process) {
    return network.launcher(hostOf(process));
  }

  /** What a process is told of where it is and, if it joins others, where they are. */
  Settings settings(Settings common, int process, boolean joins) {
    var address = addresses.get(process);
    int colon = address.indexOf(':');
    var settings = network
        .settings(common)
        .set("mobula.cluster.host", address.substring(0, colon))
        .set("mobula.store.share-host", "host-" + hostOf(process))
        .listen(Integer.parseInt(address.substring(colon + 1)));
    return joins ? settings.join(seedsOf(process)) : settings;
  }

  /** Everybody else, this process first, since that one lives. */
  private String[] seedsOf(int process) {
    return IntStream.rangeClosed(0, nodes)
        .map(i -> nodes - i)
        .filter(i -> i != process)
        .mapToObj(addresses::get)
        .toArray(String[]::new);
  }

  /** From now on nothing that the host of a node sends arrives at other hosts. */
  void cut(int node, boolean oneWay) throws IOException {
    int host = hostOf(node);
    for (int other = 0; other <= hosts; other++) {
      if (other != host) {
        network.cut(host, other);
        if (!oneWay) {
          network.cut(other, host);
        }
      }
    }
  }

  /** It arrives again. */
  void heal(int node, boolean oneWay) throws IOException {
    int host = hostOf(node);
    for (int other = 0; other <= hosts; other++) {
      if (other != host) {
        network.heal(host, other);
        if (!oneWay) {
          network.heal(other, host);
        }
      }
    }
  }

  @Override
  public void close() throws IOException {
    network.close();
  }
}
