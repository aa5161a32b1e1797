package io.mobula.cli;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Class path of the user's classes, in front of Mobula's own. {@code bin/mobula} puts it on the
 * class path of the JVM that runs the command, since the application class loader is the only one
 * that all parts of a JVM use.
 *
 * @param entries directories and jars that exist
 */
record UserClassPath(List<Path> entries) {
  static final UserClassPath NONE = new UserClassPath(List.of());

  UserClassPath {
    entries = List.copyOf(entries);
  }

  /** Returns whether all entries are on this JVM's class path. */
  boolean isLoaded() {
    return loaded().containsAll(entries.stream().map(Path::toAbsolutePath).toList());
  }

  /** Returns all entries as absolute paths, in the notation of a class path. */
  @Override
  public String toString() {
    return entries.stream()
        .map(entry -> entry.toAbsolutePath().toString())
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static Set<Path> loaded() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(entry -> Path.of(entry).toAbsolutePath())
        .collect(Collectors.toSet());
  }

  /**
   * Parser of a class path on the command line; {@code lib/*} means all jars in {@code lib}, as for
   * {@code java}.
   */
  static final class Converter implements ITypeConverter<UserClassPath> {
    @Override
    public UserClassPath convert(String paths) throws IOException {
      var entries = new ArrayList<Path>();
      for (var entry : paths.split(File.pathSeparator, -1)) {
        if (entry.equals("*") || entry.endsWith(File.separator + "*")) {
          entries.addAll(jars(existing(entry.substring(0, entry.length() - 1))));
        } else if (!entry.isEmpty()) {
          entries.add(existing(entry));
        }
      }
      return new UserClassPath(entries);
    }

    private static List<Path> jars(Path folder) throws IOException {
      try (var files = Files.newDirectoryStream(folder, "*.{jar,JAR}")) {
        var jars = new ArrayList<Path>();
        files.forEach(jars::add);
        return jars;
      }
    }

    private static Path existing(String entry) {
      var path = Path.of(entry);
      if (!Files.exists(path)) {
        throw new TypeConversionException("there is no " + path.toAbsolutePath());
      }
      return path;
    }
  }
}
