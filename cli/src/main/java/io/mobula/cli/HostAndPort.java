package io.mobula.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Address at which a node of the cluster listens.
 *
 * @param host host name or IP address
 * @param port from 1 to 65535
 */
record HostAndPort(String host, int port) {
  private static final int HIGHEST = 65_535;

  HostAndPort {
    if (host.isBlank() || host.indexOf(' ') >= 0 || port < 1 || port > HIGHEST) {
      throw new IllegalArgumentException("Not an address: " + host + ":" + port);
    }
  }

  @Override
  public String toString() {
    return host + ":" + port;
  }

  /** Parser of {@code HOST:PORT} on the command line. */
  static final class Converter implements ITypeConverter<HostAndPort> {
    @Override
    public HostAndPort convert(String text) {
      int colon = text.lastIndexOf(':');
      try {
        return new HostAndPort(
            text.substring(0, Math.max(0, colon)), Integer.parseInt(text.substring(colon + 1)));
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(
            "'" + text + "' is no address; write HOST:PORT, such as 127.0.0.1:7171");
      }
    }
  }
}
