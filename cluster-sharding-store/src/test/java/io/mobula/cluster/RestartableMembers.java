package io.mobula.cluster;

import io.mobula.MobulaRuntime;
import io.mobula.Settings;
import io.mobula.testkit.PollingAssert;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/**
 * Members of a cluster on one host, each in a process of its own at a fixed address, so that a
 * killed one can be started again in the same place. For one thread.
 */
final class RestartableMembers implements AutoCloseable {
  private static final String HOST = "127.0.0.1";

  private final List<String> addresses = new ArrayList<>();
  private final NodeProcess[] members;

  /** Members in the order in which they joined, the oldest first. */
  private final List<Integer> byAge = new ArrayList<>();

  private final int cpus;

  private RestartableMembers(int members, int cpus) throws IOException {
    this.members = new NodeProcess[members];
    this.cpus = cpus;
    for (int i = 0; i < members; i++) {
      try (var socket = new ServerSocket(0, 1, InetAddress.getByName(HOST))) {
        addresses.add(HOST + ":" + socket.getLocalPort());
      }
    }
  }

  /** Starts all members and waits until they have joined. */
  static RestartableMembers start(int members, int cpus) throws IOException {
    var started = new RestartableMembers(members, cpus);
    for (int i = 0; i < members; i++) {
      started.members[i] = NodeProcess.start(started.settings(i)).up();
      started.byAge.add(i);
    }
    return started;
  }

  /** Returns the addresses by which a driver joins. */
  String[] seeds() {
    return addresses.toArray(String[]::new);
  }

  NodeProcess member(int index) {
    return members[index];
  }

  int count() {
    return members.length;
  }

  /** Returns the member that has been in the cluster for longest. */
  int oldest() {
    return byAge.getFirst();
  }

  /**
   * Kills a member as {@code kill -9} does, and starts another in its place without waiting for it.
   */
  void replace(int index) {
    members[index].kill();
    members[index] = NodeProcess.start(settings(index));
    byAge.remove(Integer.valueOf(index));
    byAge.add(index);
  }

  /** Waits until the runtime sees every member. */
  void awaitSeenBy(MobulaRuntime runtime) throws Exception {
    for (var member : members) {
      var id = member.id();
      PollingAssert.until(
          member + " is seen",
          () -> runtime.nodes().stream().anyMatch(node -> node.id().equals(id)));
    }
  }

  /**
   * Returns the settings of a member. The first member founds the cluster once; replacements join
   * by the others.
   */
  private Settings settings(int index) {
    var address = addresses.get(index);
    var own = ClusterTestSupport.settings()
        .cpus(cpus)
        .set("mobula.cluster.join-timeout", "60s")
        .listen(Integer.parseInt(address.substring(address.indexOf(':') + 1)));
    var seeds = addresses.stream().filter(each -> !each.equals(address)).toArray(String[]::new);
    return members[index] == null && index == 0 ? own : own.join(seeds);
  }

  @Override
  public void close() {
    for (var member : members) {
      if (member != null) {
        member.close();
      }
    }
  }
}
