package io.mobula.testkit.fault;

import io.mobula.Settings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Assignment of a cluster's processes to hosts, their addresses, and the partitions between hosts.
 * Nodes are distributed over the hosts in turn; drivers are on one further host, that of this
 * process. For one thread at a time.
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
   * Creates the hosts and their addresses.
   *
   * @param drivers number of processes besides the nodes
   * @param partitions whether hosts can be partitioned
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

  /** Returns the command under which a process is started. */
  List<String> launcher(int process) {
    return network.launcher(hostOf(process));
  }

  /** Returns the settings of a process: its address and, if it joins, those of the others. */
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

  /**
   * Returns the addresses of all other processes; the driver in this JVM comes first, since it is
   * alive.
   */
  private String[] seedsOf(int process) {
    return IntStream.rangeClosed(0, nodes)
        .map(i -> nodes - i)
        .filter(i -> i != process)
        .mapToObj(addresses::get)
        .toArray(String[]::new);
  }

  /**
   * Cuts the connections of a node's host to all other hosts, only outgoing ones if {@code oneWay}.
   */
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

  /** Restores the connections of a node's host. */
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
