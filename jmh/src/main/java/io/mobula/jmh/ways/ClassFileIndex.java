package io.mobula.jmh.ways;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.reflect.AccessFlag;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Index of the project's classes on a class path, by their byte code: which of them are traced, and
 * which methods only hand on.
 *
 * <p>Traced are all classes with code that are not records, since a record is data that passes
 * along a way. The classes of this module and of the command, the samples and the test kit belong
 * to no way.
 */
final class ClassFileIndex {
  private static final String ROOT = "io/mobula/";
  private static final List<String> NOT_TRACED =
      List.of("io.mobula.jmh.", "io.mobula.cli.", "io.mobula.samples.", "io.mobula.testkit.");

  private final Set<String> traced = new HashSet<>();
  private final ForwardingMethods forwarding;

  private ClassFileIndex(Map<String, ClassModel> models) {
    this.forwarding = new ForwardingMethods(models);
    models.forEach((name, model) -> {
      if (!isRecord(model)
          && model.methods().stream().anyMatch(method -> method.code().isPresent())) {
        traced.add(name);
      }
    });
  }

  private static boolean isRecord(ClassModel model) {
    return model.superclass().stream()
        .anyMatch(type -> type.asInternalName().equals("java/lang/Record"));
  }

  /** Reads all classes of the project that are on the class path of this JVM. */
  static ClassFileIndex ofClassPath() throws IOException {
    var models = new TreeMap<String, ClassModel>();
    for (var entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      var path = Path.of(entry);
      if (!entry.isEmpty() && Files.isDirectory(path)) {
        read(path, models);
      } else if (path.toString().endsWith(".jar") && Files.exists(path)) {
        try (var jar = FileSystems.newFileSystem(path)) {
          read(jar.getPath("/"), models);
        }
      }
    }
    return new ClassFileIndex(models);
  }

  private static void read(Path root, Map<String, ClassModel> models) throws IOException {
    var classes = root.resolve(ROOT);
    if (!Files.isDirectory(classes)) {
      return;
    }
    try (var files = Files.walk(classes)) {
      files.filter(file -> file.toString().endsWith(".class")).forEach(file -> {
        var model = parse(file);
        var name = model.thisClass().asInternalName().replace('/', '.');
        if (NOT_TRACED.stream().noneMatch(name::startsWith)
            && !model.flags().has(AccessFlag.MODULE)) {
          models.putIfAbsent(name, model);
        }
      });
    }
  }

  private static ClassModel parse(Path file) {
    try {
      return ClassFile.of().parse(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new UncheckedIOException("Reading " + file, e);
    }
  }

  /** Returns the binary names of all traced classes. */
  Set<String> traced() {
    return traced;
  }

  /** Returns whether the method only hands on, see {@link ForwardingMethods}. */
  boolean handsOn(TracedMethod method) {
    return forwarding.handsOn(method);
  }
}
