package io.mobula.internal.job;

import io.mobula.error.SettingsException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Jar file that a job ships to the nodes.
 *
 * @param name the name in messages
 * @param file the path of the file
 */
record JobJar(String name, Path file) {
  private static final LocalDateTime BEGINNING = LocalDateTime.of(1980, 1, 1, 0, 0);

  /**
   * Returns the jars of these paths, in order. A jar stands for itself. A directory stands for the
   * jars directly in it, by name, and for a jar of its other files, which is made in
   * {@code scratch}.
   *
   * @throws SettingsException that names the first path that is neither a jar nor a directory
   */
  static List<JobJar> of(List<Path> paths, Path scratch) {
    var jars = new ArrayList<JobJar>();
    for (var path : paths) {
      try {
        if (Files.isDirectory(path)) {
          addDirectory(path, scratch.resolve("directory-" + jars.size() + ".jar"), jars);
        } else {
          jars.add(new JobJar(path.toString(), path));
        }
      } catch (IOException e) {
        throw new SettingsException("Cannot ship " + path + ": " + e, e);
      }
    }
    jars.forEach(JobJar::requireJar);
    return List.copyOf(jars);
  }

  /**
   * Rejects paths that are missing, or neither jars nor directories.
   *
   * @throws SettingsException that names the path
   */
  static void require(List<Path> paths) {
    for (var path : paths) {
      if (!Files.isDirectory(path)) {
        new JobJar(path.toString(), path).requireJar();
      }
    }
  }

  private void requireJar() {
    if (!Files.isReadable(file)) {
      throw refused("there is no such file, or it may not be read", null);
    }
    try (var zip = new ZipFile(file.toFile())) {
      if (zip.size() == 0) {
        throw refused("it is an empty archive", null);
      }
    } catch (ZipException e) {
      throw refused("it is no jar: " + e.getMessage(), e);
    } catch (IOException e) {
      throw refused("it cannot be read: " + e, e);
    }
  }

  private SettingsException refused(String why, @Nullable Exception cause) {
    return new SettingsException(
        "Cannot ship " + file.toAbsolutePath() + ": " + why
            + ". mobula.jobs.ship names jars and directories.",
        cause);
  }

  private static void addDirectory(Path directory, Path made, List<JobJar> to) throws IOException {
    var inside = files(directory);
    for (var file : inside) {
      if (isLibrary(directory, file)) {
        to.add(new JobJar(file.toString(), file));
      }
    }
    var classes = inside.stream().filter(file -> !isLibrary(directory, file)).toList();
    if (!classes.isEmpty()) {
      pack(directory, classes, made);
      to.add(new JobJar(directory.toString(), made));
    } else if (inside.isEmpty()) {
      throw new SettingsException(
          "Cannot ship " + directory.toAbsolutePath() + ": the directory is empty.", null);
    }
  }

  /** Returns whether the file lies directly in the directory and has the suffix of a jar. */
  private static boolean isLibrary(Path directory, Path file) {
    return directory.equals(file.getParent())
        && file.getFileName().toString().toLowerCase(Locale.ROOT).endsWith(".jar");
  }

  private static List<Path> files(Path directory) throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      return all.filter(Files::isRegularFile).sorted().toList();
    }
  }

  /** Packs files so that equal content gives equal bytes: sorted by name, without times. */
  private static void pack(Path directory, List<Path> files, Path into) throws IOException {
    try (OutputStream raw = Files.newOutputStream(into);
        var zip = new ZipOutputStream(raw)) {
      for (var file : files) {
        var entry = new ZipEntry(directory.relativize(file).toString().replace('\\', '/'));
        entry.setTimeLocal(BEGINNING); // the earliest time that a zip file can hold
        zip.putNextEntry(entry);
        Files.copy(file, zip);
        zip.closeEntry();
      }
    }
  }

  /** Returns the SHA-256 hash of a file, in hexadecimal digits. */
  static String hash(Path file) throws IOException {
    var digest = sha256();
    try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
      var buffer = ByteBuffer.allocate(1 << 16);
      while (channel.read(buffer) >= 0) {
        digest.update(buffer.flip());
        buffer.clear();
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** Returns the hash of an environment: SHA-256 over the hashes of its jars, in order. */
  static String hash(List<String> hashes) {
    var digest = sha256();
    hashes.forEach(hash -> digest.update(HexFormat.of().parseHex(hash)));
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
