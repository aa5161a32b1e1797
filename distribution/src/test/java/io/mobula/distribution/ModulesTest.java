package io.mobula.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.lang.module.ModuleFinder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Test that each jar names its Java module, and that no package belongs to two of them, so that
 * programs can have Mobula on their module path.
 */
class ModulesTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  /** Names of the modules, by their folders. A name is for ever: programs require it. */
  private static final Map<String, String> NAMES = Map.of(
      "core", "io.mobula.core",
      "cluster-sharding-store", "io.mobula.sharding",
      "gpu-resources", "io.mobula.gpu",
      "parameter-server", "io.mobula.ps",
      "samples", "io.mobula.samples",
      "testkit", "io.mobula.testkit",
      "jmh", "io.mobula.jmh",
      "cli", "io.mobula.cli");

  /** Modules of the build without a jar. */
  private static final Set<String> WITHOUT_JAR = Set.of("bom", "distribution");

  private static final Pattern MODULE = Pattern.compile("<module>([^<]+)</module>");
  private static final Pattern NAME =
      Pattern.compile("<mobula\\.module\\.name>([^<]+)</mobula\\.module\\.name>");

  @TempDir
  Path folder;

  @Test
  void everyModuleOfTheBuildHasItsName() throws IOException {
    var folders = new TreeSet<String>();
    MODULE
        .matcher(Files.readString(ROOT.resolve("pom.xml")))
        .results()
        .forEach(found -> folders.add(found.group(1)));
    folders.removeAll(WITHOUT_JAR);

    assertThat(folders).isEqualTo(new TreeSet<>(NAMES.keySet()));
    for (var module : folders) {
      assertThat(nameInPom(module)).as(module).isEqualTo(NAMES.get(module));
    }
  }

  /**
   * Resolves all jars as modules, which the JDK refuses where two of them have the same package or
   * where a service is offered by a class of another jar. In a build without jars the test packs
   * the classes itself.
   */
  @Test
  void allJarsResolveAsModules() throws IOException {
    var jars = new ArrayList<Path>();
    for (var entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      var path = Path.of(entry).toAbsolutePath().normalize();
      if (path.startsWith(ROOT) && !path.startsWith(ROOT.resolve("distribution"))) {
        jars.add(Files.isDirectory(path) ? pack(path) : path);
      }
    }
    var finder = ModuleFinder.of(jars.toArray(Path[]::new));

    var found = finder.findAll().stream()
        .map(module -> module.descriptor().name())
        .collect(Collectors.toSet());

    assertThat(found).isEqualTo(Set.copyOf(NAMES.values()));
    var resolved =
        ModuleLayer.boot().configuration().resolve(finder, ModuleFinder.of(), NAMES.values());
    assertThat(resolved.modules()).hasSameSizeAs(NAMES.keySet());
  }

  @Test
  void noPackageIsInTwoModules() throws IOException {
    var modules = new TreeMap<String, Set<String>>();
    for (var module : NAMES.keySet()) {
      packages(module, "main")
          .forEach(name -> modules.computeIfAbsent(name, any -> new TreeSet<>()).add(module));
    }

    modules.values().removeIf(owners -> owners.size() == 1);
    assertThat(modules).as("packages that are split").isEmpty();
  }

  /** Several test trees may have the same package, as no jar has their classes. */
  @Test
  void noTestIsInAPackageOfAnotherModule() throws IOException {
    var strangers = new ArrayList<String>();
    for (var module : NAMES.keySet()) {
      for (var owner : NAMES.keySet()) {
        if (!owner.equals(module)) {
          var shared = new TreeSet<>(packages(module, "test"));
          shared.retainAll(packages(owner, "main"));
          shared.forEach(
              name -> strangers.add("tests of " + module + " are in " + name + " of " + owner));
        }
      }
    }
    assertThat(strangers).isEmpty();
  }

  private static String nameInPom(String module) throws IOException {
    var name = NAME.matcher(Files.readString(ROOT.resolve(module).resolve("pom.xml")));
    assertThat(name.find()).as(module + " has no <mobula.module.name>").isTrue();
    return name.group(1);
  }

  /** Makes a jar of a module's classes as the build would. */
  private Path pack(Path classes) throws IOException {
    var module = ROOT.relativize(classes).getName(0).toString();
    var manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().putValue("Automatic-Module-Name", nameInPom(module));
    var jar = folder.resolve(module + ".jar");
    try (var out = new JarOutputStream(Files.newOutputStream(jar), manifest);
        var files = Files.walk(classes)) {
      for (var file : files.filter(Files::isRegularFile).toList()) {
        out.putNextEntry(new JarEntry(classes.relativize(file).toString().replace('\\', '/')));
        Files.copy(file, out);
      }
    }
    return jar;
  }

  private static List<String> packages(String module, String tree) throws IOException {
    var sources = ROOT.resolve(module).resolve("src").resolve(tree).resolve("java");
    if (!Files.isDirectory(sources)) {
      return List.of();
    }
    try (var files = Files.walk(sources)) {
      return files
          .filter(file -> file.toString().endsWith(".java"))
          .filter(file -> !Files.isSymbolicLink(file)) // a source of another module, shared
          .map(file ->
              sources.relativize(file.getParent()).toString().replace(File.separatorChar, '.'))
          .distinct()
          .toList();
    }
  }
}
