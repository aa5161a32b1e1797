package io.mobula.internal.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;

/** Name of this host, for people. */
public final class HostName {
  private static final Path KERNEL = Path.of("/proc/sys/kernel/hostname");

  private HostName() {}

  /** Returns the host name; asks the kernel where possible, so that no name server is involved. */
  public static String get() {
    try {
      return Files.isReadable(KERNEL)
          ? Files.readString(KERNEL).trim()
          : InetAddress.getLocalHost().getHostName();
    } catch (IOException e) {
      return "unknown-host";
    }
  }
}
