package io.mobula.ps;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.Utf8Entry;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Test of the dependencies between the packages of the parameter server, read from its compiled
 * classes. A new internal package must be added to {@link #LAYERS}.
 */
class PackageLayersTest {
  private static final String API = "io.mobula.ps.";
  private static final String INTERNAL = API + "internal.";

  /** Internal packages from top to bottom; those of one layer do not use each other. */
  private static final List<Set<String>> LAYERS = List.of(
      Set.of("shard"),
      Set.of("checkpoint", "row"),
      Set.of("kernel"),
      Set.of("clock", "compression", "heap"));

  /** Types of the public API that internal packages use, besides optimizers and exceptions. */
  private static final Set<String> VALUES =
      Set.of("Partitioner", "ShardMetrics", "clock.Consistency", "compression.Compression");

  private static final Pattern TYPE = Pattern.compile("io/mobula/[\\w/]+");

  private static final Map<String, Set<String>> USES = new TreeMap<>();

  @BeforeAll
  static void readTheClasses() throws IOException, URISyntaxException {
    var classes = Path.of(ParameterServer.class
        .getProtectionDomain()
        .getCodeSource()
        .getLocation()
        .toURI());
    try (var files = Files.walk(classes)) {
      for (var file : files.filter(path -> path.toString().endsWith(".class")).toList()) {
        var name = classes.relativize(file).toString().replace(".class", "");
        var uses = USES.computeIfAbsent(outermost(name), absent -> new TreeSet<>());
        for (var entry : ClassFile.of().parse(file).constantPool()) {
          if (entry instanceof Utf8Entry text) {
            TYPE.matcher(text.stringValue())
                .results()
                .forEach(found -> uses.add(outermost(found.group())));
          }
        }
      }
    }
    assertThat(USES).hasSizeGreaterThan(100);
  }

  private static String outermost(String binaryName) {
    int nested = binaryName.indexOf('$');
    return (nested < 0 ? binaryName : binaryName.substring(0, nested)).replace('/', '.');
  }

  @Test
  void internalPackagesUseOnlyThoseBelow() {
    var upward = new TreeSet<String>();
    USES.forEach((type, uses) -> {
      if (type.startsWith(INTERNAL)) {
        for (var used : uses) {
          if (used.startsWith(INTERNAL)
              && !packageOf(used).equals(packageOf(type))
              && layerOf(used) <= layerOf(type)) {
            upward.add(type + " uses " + used);
          }
        }
      }
    });
    assertThat(upward).isEmpty();
  }

  private static int layerOf(String type) {
    for (int layer = 0; layer < LAYERS.size(); layer++) {
      if (LAYERS.get(layer).contains(packageOf(type).substring(INTERNAL.length()))) {
        return layer;
      }
    }
    throw new AssertionError("The package of " + type + " is in none of LAYERS");
  }

  private static String packageOf(String type) {
    return type.substring(0, type.lastIndexOf('.'));
  }

  @Test
  void internalPackagesKnowOnlyValuesOfTheApi() {
    var known = new TreeSet<String>();
    USES.forEach((type, uses) -> {
      if (type.startsWith(INTERNAL)) {
        uses.stream()
            .filter(used -> used.startsWith(API) && !used.startsWith(INTERNAL))
            .filter(used -> !packageOf(used).equals(API + "optimizer"))
            .filter(used -> !packageOf(used).equals(API + "error"))
            .forEach(used -> known.add(used.substring(API.length())));
      }
    });
    assertThat(known).containsExactlyInAnyOrderElementsOf(VALUES);
  }

  @Test
  void ofMobulaOnlyTheApiAndTheFileOperationsAreUsed() {
    var used = new TreeSet<String>();
    USES.values()
        .forEach(uses -> uses.stream()
            .filter(each -> each.startsWith("io.mobula.internal."))
            .forEach(used::add));
    assertThat(used).containsExactly("io.mobula.internal.checkpoint.DurableFiles");
  }
}
