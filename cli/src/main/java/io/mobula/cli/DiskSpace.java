package io.mobula.cli;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What is free on a disk, for people whose node cannot write. */
final class DiskSpace {
  /** With less a node does not get to say what went wrong. */
  private static final long LEAST = 256 << 10;

  private DiskSpace() {}

  /** Whether there is too little for the first lines of a log. */
  static boolean isLow(Path file) throws IOException {
    return isLow(free(file));
  }

  static boolean isLow(long free) {
    return free < LEAST;
  }

  private static long free(Path file) throws IOException {
    return Files.getFileStore(file).getUsableSpace();
  }

  /** A sentence with what is free where that file is, after a space. */
  static String describeFreeSpace(Path file) {
    try {
      return " On the disk of " + file + " " + free(file) + " bytes are free.";
    } catch (IOException e) {
      return " What is free on the disk of " + file + " is not known: " + describeFailure(e) + ".";
    }
  }

  /** What a file operation failed with. */
  static String describeFailure(IOException failure) {
    if (failure instanceof FileSystemException known && known.getReason() != null) {
      return known.getReason() + ": " + known.getFile() + ".";
    }
    return failure.getMessage() == null ? failure.toString() : failure.getMessage();
  }
}
