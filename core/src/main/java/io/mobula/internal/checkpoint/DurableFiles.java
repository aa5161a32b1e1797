package io.mobula.internal.checkpoint;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** File system operations whose effects are on disk when they return. They block. */
public final class DurableFiles {
  private DurableFiles() {}

  /** Returns the entries of a directory, in no order; none if the directory is missing. */
  public static List<Path> entries(Path directory) throws IOException {
    var entries = new ArrayList<Path>();
    try (var stream = Files.newDirectoryStream(directory)) {
      stream.forEach(entries::add);
      return entries;
    } catch (NoSuchFileException none) {
      return List.of();
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }

  /** Creates a directory and its parents, unless they exist. */
  public static void createDirectory(Path directory) throws IOException {
    var parent = directory.getParent();
    if (parent != null && !Files.isDirectory(directory)) {
      createDirectory(parent);
      Files.createDirectories(directory);
      sync(parent);
    }
  }

  /** Renames a file within its directory, atomically; replaces an existing file of that name. */
  public static void rename(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    sync(Objects.requireNonNull(to.toAbsolutePath().getParent()));
  }

  /** Forces the content of a file, or the entries of a directory, to disk. */
  public static void sync(Path of) throws IOException {
    try (var channel = FileChannel.open(of, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /** Deletes a directory if it exists and nothing is in it. */
  static void deleteIfEmpty(Path directory) throws IOException {
    try {
      Files.deleteIfExists(directory);
    } catch (DirectoryNotEmptyException used) {
      // it stays for those whose files are in it
    }
  }

  /** Deletes a directory and the files in it, as far as they exist. */
  public static void delete(Path directory) throws IOException {
    try {
      for (var file : entries(directory)) {
        Files.deleteIfExists(file);
      }
      Files.deleteIfExists(directory);
    } catch (NoSuchFileException e) {
      // another process has deleted it already
    }
  }
}
