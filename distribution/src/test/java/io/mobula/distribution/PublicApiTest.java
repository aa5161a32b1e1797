package io.mobula.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.mobula.Mobula;
import io.mobula.cli.CommandProvider;
import io.mobula.gpu.Accelerator;
import io.mobula.ps.ParameterServer;
import io.mobula.testkit.MobulaExtension;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Test that the public API is what {@code docs/api} says, so that a change of it is a decision and
 * is seen in review. {@code docs/decisions/080-…} has the reasons.
 */
class PublicApiTest {
  private static final Path FOLDER = Path.of("../docs/api");

  private static final String WRITE =
      "mvn -pl distribution -am test -Dtest=PublicApiTest -Dmobula.api.write=true"
          + " -Dsurefire.failIfNoSpecifiedTests=false";

  /** Qualified name of a type of this project; the first group is its package. */
  private static final Pattern OWN_TYPE =
      Pattern.compile("(io\\.mobula(?:\\.[a-z]\\w*)*)\\.[A-Z][\\w$]*");

  /**
   * A module and its public packages; all others are internal.
   *
   * @param sample any class of the module
   */
  private record Module(String name, Class<?> sample, List<String> packages) {
    Path file() {
      return FOLDER.resolve(name + ".txt");
    }
  }

  private static final List<Module> MODULES = List.of(
      new Module(
          "core",
          Mobula.class,
          List.of(
              "io.mobula",
              "io.mobula.error",
              "io.mobula.info",
              "io.mobula.placement",
              "io.mobula.spi",
              "io.mobula.tensor")),
      new Module(
          "parameter-server",
          ParameterServer.class,
          List.of(
              "io.mobula.ps",
              "io.mobula.ps.clock",
              "io.mobula.ps.compression",
              "io.mobula.ps.error",
              "io.mobula.ps.optimizer")),
      new Module("gpu-resources", Accelerator.class, List.of("io.mobula.gpu")),
      new Module(
          "testkit",
          MobulaExtension.class,
          List.of("io.mobula.testkit", "io.mobula.testkit.fault")),
      new Module("cli", CommandProvider.class, List.of("io.mobula.cli")));

  @TestFactory
  List<DynamicTest> theApiIsAsWrittenDown() {
    return MODULES.stream()
        .map(module -> DynamicTest.dynamicTest(module.name(), () -> check(module)))
        .toList();
  }

  @Test
  void noFileIsLeftOfAModuleWithoutApi() throws IOException {
    try (var files = Files.list(FOLDER)) {
      assertThat(files)
          .containsExactlyInAnyOrderElementsOf(
              MODULES.stream().map(Module::file).toList());
    }
  }

  /** Checks that all types that users are given or asked for are in public packages. */
  @Test
  void signaturesNameNoInternalType() throws IOException {
    var packages =
        MODULES.stream().flatMap(module -> module.packages().stream()).collect(Collectors.toSet());
    var leaks = new ArrayList<String>();
    for (var module : MODULES) {
      for (var line : withTypes(ApiSignatures.of(module.sample(), module.packages()))) {
        OWN_TYPE
            .matcher(line)
            .results()
            .filter(type -> !packages.contains(type.group(1)))
            .forEach(type -> leaks.add(type.group() + " in " + line));
      }
    }
    assertThat(leaks).as("internal types in public signatures").isEmpty();
  }

  private static void check(Module module) throws IOException {
    var now = ApiSignatures.of(module.sample(), module.packages());
    assertThat(now).hasSizeGreaterThan(3);
    if (Boolean.getBoolean("mobula.api.write")) {
      Files.createDirectories(FOLDER);
      Files.write(module.file(), now);
    }
    var before = Files.readAllLines(module.file());
    if (!before.equals(now)) {
      fail(
          "The public API of %s differs from %s:%n%s%nIf that is meant, write the file anew, "
              + "commit it, and say in CHANGELOG.md what breaks:%n  %s",
          module.name(), module.file(), differences(before, now), WRITE);
    }
  }

  /** Returns the lines that only one side has, below the type that they belong to. */
  private static String differences(List<String> before, List<String> now) {
    var was = withTypes(before);
    var is = withTypes(now);
    var lines = new ArrayList<String>();
    was.stream().filter(line -> !is.contains(line)).forEach(line -> lines.add("- " + line));
    is.stream().filter(line -> !was.contains(line)).forEach(line -> lines.add("+ " + line));
    return String.join("\n", lines.isEmpty() ? List.of("the order of lines") : lines);
  }

  private static List<String> withTypes(List<String> lines) {
    var full = new ArrayList<String>();
    var type = "";
    for (var line : lines) {
      if (line.startsWith(" ")) {
        full.add(type + ": " + line.strip());
      } else {
        type = line;
        full.add(line);
      }
    }
    return full;
  }
}
