package io.mobula.jmh.cluster;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pair of network namespaces joined by virtual Ethernet devices, which stand for two hosts. Only
 * root may make them. Closing removes them.
 */
final class NamespacePair implements AutoCloseable {
  static final String LEFT_ADDRESS = "10.197.42.1";
  static final String RIGHT_ADDRESS = "10.197.42.2";

  private static final Logger LOG = LoggerFactory.getLogger(NamespacePair.class);
  private static final int PIDS = 100_000;
  private static final long LIMIT = 20;

  private final String left;
  private final String right;

  /** Failure to make the namespaces on this machine. */
  static final class NotAllowedException extends Exception {
    private static final long serialVersionUID = 1;

    NotAllowedException(Exception why) {
      super(why.getMessage(), why);
    }
  }

  private NamespacePair(String suffix) {
    this.left = "mobula-bl" + suffix;
    this.right = "mobula-br" + suffix;
  }

  static NamespacePair create() throws NotAllowedException {
    String suffix = Long.toString(ProcessHandle.current().pid() % PIDS);
    var both = new NamespacePair(suffix);
    try {
      both.make("mbl" + suffix, "mbr" + suffix);
      return both;
    } catch (IOException e) {
      both.remove();
      throw new NotAllowedException(e);
    }
  }

  private void make(String leftDevice, String rightDevice) throws IOException {
    ip("netns add " + left);
    ip("netns add " + right);
    ip("link add " + leftDevice + " netns " + left + " type veth peer name " + rightDevice
        + " netns " + right);
    up(left, leftDevice, LEFT_ADDRESS);
    up(right, rightDevice, RIGHT_ADDRESS);
  }

  private static void up(String namespace, String device, String address) throws IOException {
    ip("-n " + namespace + " addr add " + address + "/24 dev " + device);
    ip("-n " + namespace + " link set " + device + " up");
    ip("-n " + namespace + " link set lo up");
  }

  /** Returns the words that start a command in the left namespace. */
  List<String> left() {
    return List.of("ip", "netns", "exec", left);
  }

  /** Returns the words that start a command in the right namespace. */
  List<String> right() {
    return List.of("ip", "netns", "exec", right);
  }

  @Override
  public void close() throws IOException {
    ip("netns del " + left);
    ip("netns del " + right);
  }

  private void remove() {
    for (var name : List.of(left, right)) {
      try {
        ip("netns del " + name);
      } catch (IOException neverMade) {
        LOG.debug("No namespace {} to remove", name, neverMade);
      }
    }
  }

  private static void ip(String words) throws IOException {
    var command = new ArrayList<>(List.of("ip"));
    command.addAll(List.of(words.split(" ")));
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    try {
      if (!process.waitFor(LIMIT, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IOException("ip " + words + ": " + output);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted while waiting for ip " + words, e);
    }
  }
}
