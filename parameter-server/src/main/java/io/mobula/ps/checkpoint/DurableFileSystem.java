package io.mobula.ps.checkpoint;

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

/** Changes of a file system that are on the disk when they return. Blocks. */
final class DurableFileSystem {
  private DurableFileSystem() {}

  /** What is in a directory, in no order. */
  static List<Path> entries(Path directory) throws IOException {
    var entries = new ArrayList<Path>();
    try (var stream = Files.newDirectoryStream(directory)) {
      stream.forEach(entries::add);
      return entries;
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }

  /** A directory itself; a link to one is none, as it can lead anywhere. */
  static boolean isDirectory(Path path) {
    return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
  }

  /** Makes a directory and those above it, unless they are there. */
  static void create(Path directory) throws IOException {
    var parent = directory.getParent();
    if (parent != null && !Files.isDirectory(directory)) {
      create(parent);
      Files.createDirectories(directory);
      sync(parent);
    }
  }

  /** The file is there as a whole, or an exception says that it is not. */
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

  /** Gives something in a directory another name there, at once. */
  static void rename(Path directory, Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    sync(directory);
  }

  /** The names in a directory are on the disk. */
  static void sync(Path directory) throws IOException {
    try (var channel = FileChannel.open(directory, StandardOpenOption.READ)) {
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
