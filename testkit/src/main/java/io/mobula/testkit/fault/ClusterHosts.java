package io.mobula.testkit.fault;

import io.mobula.Settings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Assignment of a cluster's processes to hosts, their addresses, and the partitions between hosts.
 * Nodes are distributed over the hosts in turn; drivers are on one further host, that of this
 * process. For one thread at a time.
 */
final class ClusterHosts implements AutoCloseable {
  private static final String BIND_PORT =
      "mobula.cluster.actor-system.akka.remote.artery.bind.port";

  private final int nodes;
  private final int hosts;
  private final HostNetwork network;
  private final List<String> addresses = new ArrayList<>();
  private final List<ConnectionProxy> proxies = new ArrayList<>();
  private final List<Integer> ownPorts = new ArrayList<>(); // of nodes with a proxy

  private ClusterHosts(int nodes, int hosts, HostNetwork network) {
    this.nodes = nodes;
    this.hosts = hosts;
    this.network = network;
  }

  /**
   * Creates the hosts and their addresses.
   *
   * @param drivers number of processes besides the nodes
   */
  static ClusterHosts create(FaultTestCluster.Builder builder, int drivers) throws IOException {
    var network =
        builder.partitions ? NamespaceNetwork.create(builder.hosts) : HostNetwork.loopback();
    var made = new ClusterHosts(builder.nodes, builder.hosts, network);
    try {
      for (int i = 0; i < builder.nodes + drivers; i++) {
        made.addresses.add(network.freeAddress(made.hostOf(i), i));
      }
      for (int i = 0; builder.proxies && i < builder.nodes; i++) {
        made.startProxy(i);
      }
      return made;
    } catch (IOException e) {
      made.close();
      throw e;
    }
  }

  private void startProxy(int node) throws IOException {
    var address = addressOf(addresses.get(node));
    var own = addressOf(network.freeAddress(hostOf(node), node));
    ownPorts.add(own.getPort());
    proxies.add(ConnectionProxy.start(address, own));
  }

  private static InetSocketAddress addressOf(String address) {
    int colon = address.indexOf(':');
    return new InetSocketAddress(
        address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)));
  }

  /** Returns the proxy before a node. */
  ConnectionProxy proxyOf(int node) {
    if (proxies.isEmpty()) {
      throw new UnsupportedOperationException("Wanted the connections of node " + node
          + " disturbed: the cluster was not built with proxies()");
    }
    return proxies.get(node);
  }

  /** Returns the proxies before all nodes. */
  List<ConnectionProxy> proxies() {
    return List.copyOf(proxies);
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
    if (process < ownPorts.size()) {
      settings = settings.set(BIND_PORT, ownPorts.get(process));
    }
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

  /** Cuts the connections between the hosts of two nodes. */
  void cutBetween(int node, int other) throws IOException {
    network.cut(hostOf(node), hostOf(other));
    network.cut(hostOf(other), hostOf(node));
  }

  /** Restores the connections between the hosts of two nodes. */
  void healBetween(int node, int other) throws IOException {
    network.heal(hostOf(node), hostOf(other));
    network.heal(hostOf(other), hostOf(node));
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
    for (var proxy : proxies) {
      proxy.close();
    }
    network.close();
  }
}
