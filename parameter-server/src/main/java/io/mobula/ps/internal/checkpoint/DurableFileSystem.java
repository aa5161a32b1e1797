package io.mobula.ps.internal.checkpoint;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/** Changes to a file system that are on disk when the call returns. Blocks. */
final class DurableFileSystem {
  private DurableFileSystem() {}

  /** Lists the entries of a directory, in no particular order. */
  static List<Path> entries(Path directory) throws IOException {
    var entries = new ArrayList<Path>();
    try (var stream = Files.newDirectoryStream(directory)) {
      stream.forEach(entries::add);
      return entries;
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }

  /**
   * Returns whether the path is a directory itself. A symbolic link is not, as it can lead
   * anywhere.
   */
  static boolean isDirectory(Path path) {
    return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
  }

  /** Creates a directory and its missing parents. */
  static void create(Path directory) throws IOException {
    var parent = directory.getParent();
    if (parent != null && !Files.isDirectory(directory)) {
      create(parent);
      Files.createDirectories(directory);
      sync(parent);
    }
  }

  /** Writes a whole file, or throws an exception. */
  static void write(Path file, byte[] bytes) throws IOException {
    try (var channel = FileChannel.open(
        file,
        StandardOpenOption.CREATE,
        StandardOpenOption.TRUNCATE_EXISTING,
        StandardOpenOption.WRITE)) {
      ChecksummedIo.write(MemorySegment.ofArray(bytes), channel, new CRC32C());
      channel.force(true);
    }
  }

  /** Renames an entry of a directory atomically. */
  static void rename(Path directory, Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    sync(directory);
  }

  /** Forces the entries of a directory to disk. */
  static void sync(Path directory) throws IOException {
    try (var channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /** Deletes a directory of files, or whatever is left of it. */
  static void delete(Path directory) throws IOException {
    try {
      for (var file : entries(directory)) {
        Files.deleteIfExists(file);
      }
      Files.deleteIfExists(directory);
    } catch (NoSuchFileException e) {
      // another process has deleted it
    }
  }
}
