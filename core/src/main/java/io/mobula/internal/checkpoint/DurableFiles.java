package io.mobula.internal.checkpoint;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Changes of a file system that are on the disk when they return. Blocks. */
final class DurableFiles {
  private DurableFiles() {}

  /** What is in a directory, in no order; nothing if it is not there. */
  static List<Path> entries(Path directory) throws IOException {
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

  /** Makes a directory and those above it, unless they are there. */
  static void createDirectory(Path directory) throws IOException {
    var parent = directory.getParent();
    if (parent != null && !Files.isDirectory(directory)) {
      createDirectory(parent);
      Files.createDirectories(directory);
      sync(parent);
    }
  }

  /** Gives a file its final name in its directory, at once; replaces what has that name. */
  static void rename(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    sync(Objects.requireNonNull(to.toAbsolutePath().getParent()));
  }

  /** Returns when what was written to a file, or to a directory of names, is on the disk. */
  static void sync(Path of) throws IOException {
    try (var channel = FileChannel.open(of, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /** Removes a directory of files, or what of it is there. */
  static void delete(Path directory) throws IOException {
    try {
      for (var file : entries(directory)) {
        Files.deleteIfExists(file);
      }
      Files.deleteIfExists(directory);
    } catch (NoSuchFileException e) {
      // somebody else was faster
    }
  }
}
