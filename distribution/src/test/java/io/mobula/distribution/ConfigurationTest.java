package io.mobula.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Test of the classes that settings and service files of all modules name. */
class ConfigurationTest {
  private static final Pattern CLASS_NAME =
      Pattern.compile("io\\.mobula(?:\\.[a-z]\\w*)*\\.[A-Z][\\w$]*");

  @Test
  void classesNamedInConfigurationExist() throws IOException {
    var named = new ArrayList<String>();
    for (var file : configuration()) {
      for (var line : Files.readAllLines(file)) {
        var found = CLASS_NAME.matcher(line.replaceFirst("#.*", ""));
        while (found.find()) {
          named.add(found.group());
        }
      }
    }
    assertThat(named).as("Classes in reference.conf and META-INF/services").hasSizeGreaterThan(10);
    for (var name : named) {
      assertThatCode(() -> Class.forName(name, false, ConfigurationTest.class.getClassLoader()))
          .as(name)
          .doesNotThrowAnyException();
    }
  }

  /** A file of an interface that does not exist would be ignored, and its services not found. */
  @Test
  void serviceFilesAreNamedAfterTheInterfaceOfTheirServices() throws Exception {
    int services = 0;
    for (var file : configuration()) {
      if (file.endsWith("reference.conf")) {
        continue;
      }
      var port = load(String.valueOf(file.getFileName()));
      for (var line : Files.readAllLines(file)) {
        var service = line.replaceFirst("#.*", "").strip();
        if (!service.isEmpty()) {
          assertThat(port).as("%s in %s", service, file).isAssignableFrom(load(service));
          services++;
        }
      }
    }
    assertThat(services).isGreaterThan(5);
  }

  private static Class<?> load(String name) throws ClassNotFoundException {
    return Class.forName(name, false, ConfigurationTest.class.getClassLoader());
  }

  private static List<Path> configuration() throws IOException {
    try (var files = Files.walk(Path.of(".."), 12)) {
      return files
          .filter(file -> file.toString().contains("/src/main/resources/"))
          .filter(file ->
              file.endsWith("reference.conf") || file.toString().contains("/META-INF/services/"))
          .filter(Files::isRegularFile)
          .toList();
    }
  }
}
