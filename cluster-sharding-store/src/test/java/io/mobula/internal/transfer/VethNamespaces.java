package io.mobula.internal.transfer;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Network namespaces joined by a pair of virtual Ethernet devices: two hosts, as far as the network
 * is concerned. Only root may make them.
 */
final class VethNamespaces implements AutoCloseable {
  static final String LEFT_ADDRESS = "10.197.41.1";
  static final String RIGHT_ADDRESS = "10.197.41.2";

  private final String left;
  private final String right;

  private VethNamespaces(String suffix) {
    this.left = "mobula-l" + suffix;
    this.right = "mobula-r" + suffix;
  }

  /** Makes both network namespaces. */
  static VethNamespaces create() throws IOException, InterruptedException {
    String suffix = Long.toString(ProcessHandle.current().pid() % 100_000);
    var both = new VethNamespaces(suffix);
    try {
      both.make("mvl" + suffix, "mvr" + suffix);
      return both;
    } catch (IOException | InterruptedException e) {
      both.close();
      throw e;
    }
  }

  private void make(String leftDevice, String rightDevice)
      throws IOException, InterruptedException {
    ip("netns", "add", left);
    ip("netns", "add", right);
    ip(
        "link",
        "add",
        leftDevice,
        "netns",
        left,
        "type",
        "veth",
        "peer",
        "name",
        rightDevice,
        "netns",
        right);
    up(left, leftDevice, LEFT_ADDRESS);
    up(right, rightDevice, RIGHT_ADDRESS);
  }

  private static void up(String namespace, String device, String address)
      throws IOException, InterruptedException {
    ip("-n", namespace, "addr", "add", address + "/24", "dev", device);
    ip("-n", namespace, "link", "set", device, "up");
    ip("-n", namespace, "link", "set", "lo", "up");
  }

  String[] inLeft() {
    return new String[] {"ip", "netns", "exec", left};
  }

  String[] inRight() {
    return new String[] {"ip", "netns", "exec", right};
  }

  @Override
  public void close() throws IOException, InterruptedException {
    for (var name : List.of(left, right)) {
      try {
        ip("netns", "del", name);
      } catch (IOException e) {
        System.out.println("No namespace to remove: " + e.getMessage());
      }
    }
  }

  private static void ip(String... arguments) throws IOException, InterruptedException {
    var command = new java.util.ArrayList<>(List.of("ip"));
    command.addAll(List.of(arguments));
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    if (!process.waitFor(20, TimeUnit.SECONDS) || process.exitValue() != 0) {
      throw new IOException(String.join(" ", command) + ": " + output);
    }
  }
}
