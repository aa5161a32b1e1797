package io.mobula.testkit;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.tools.ToolProvider;

/**
 * Jar of a program that a test compiles from its text, for tests of work whose classes no node has.
 */
public final class ProgramJar {
  private ProgramJar() {}

  /**
   * Compiles a source file against the class path of this JVM, and packs its classes into a new
   * jar.
   *
   * @param folder where the jar and its classes are written
   * @param name the name of the source file, such as {@code Program.java}
   * @param source the text of the source file
   * @return the jar, with a name of its own
   * @throws IllegalArgumentException if the source cannot be compiled; the message says why
   * @throws IllegalStateException if this JVM has no compiler
   */
  public static Path compile(Path folder, String name, String source) throws IOException {
    var classes = Files.createTempDirectory(folder, "classes");
    var file = Files.writeString(Files.createTempDirectory(folder, "source").resolve(name), source);
    var compiler = ToolProvider.getSystemJavaCompiler();
    if (compiler == null) {
      throw new IllegalStateException("Wanted " + name + " compiled: this JVM has no compiler");
    }
    var said = new StringWriter();
    try (var files = compiler.getStandardFileManager(null, null, null)) {
      var options = List.of("-cp", System.getProperty("java.class.path"), "-d", classes.toString());
      var unit = files.getJavaFileObjects(file);
      if (!compiler.getTask(said, files, null, options, null, unit).call()) {
        throw new IllegalArgumentException(name + " cannot be compiled: " + said);
      }
    }
    return pack(classes);
  }

  private static Path pack(Path classes) throws IOException {
    var jar = classes.resolveSibling(classes.getFileName() + ".jar");
    try (var zip = new ZipOutputStream(Files.newOutputStream(jar));
        var all = Files.walk(classes)) {
      for (var file : all.filter(Files::isRegularFile).sorted().toList()) {
        zip.putNextEntry(new ZipEntry(classes.relativize(file).toString()));
        Files.copy(file, zip);
        zip.closeEntry();
      }
    }
    return jar;
  }
}
