package io.mobula.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/**
 * Output of {@code mobula --version}: the version that the build recorded, and the version of the
 * running JVM.
 */
final class BuildVersion implements IVersionProvider {
  private static final String RESOURCE = "version.properties";

  @Override
  public String[] getVersion() {
    return new String[] {
      "mobula " + read().getProperty("version"),
      "JDK " + Runtime.version() + " (" + System.getProperty("java.vendor") + ")"
    };
  }

  private static Properties read() {
    Properties properties = new Properties();
    try (InputStream in = BuildVersion.class.getResourceAsStream(RESOURCE)) {
      properties.load(
          Objects.requireNonNull(in, () -> "resource missing from the cli module: " + RESOURCE));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + RESOURCE, e);
    }
    return properties;
  }
}
