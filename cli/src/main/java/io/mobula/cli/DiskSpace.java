package io.mobula.cli;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Free disk space, as text for users whose node cannot write. */
final class DiskSpace {
  /** Minimum space, in bytes, that a node needs to report an error in its log. */
  private static final long MIN_BYTES = 256 << 10;

  private DiskSpace() {}

  /** Returns whether there is too little space for the first lines of a log. */
  static boolean isLow(Path file) throws IOException {
    return isLow(free(file));
  }

  static boolean isLow(long free) {
    return free < MIN_BYTES;
  }

  private static long free(Path file) throws IOException {
    return Files.getFileStore(file).getUsableSpace();
  }

  /** Returns a sentence, after a space, with the free space on the disk of {@code file}. */
  static String describeFreeSpace(Path file) {
    try {
      return " On the disk of " + file + " " + free(file) + " bytes are free.";
    } catch (IOException e) {
      return " What is free on the disk of " + file + " is not known: " + describeFailure(e) + ".";
    }
  }

  /** Returns the reason why a file operation has failed. */
  static String describeFailure(IOException failure) {
    if (failure instanceof FileSystemException known && known.getReason() != null) {
      return known.getReason() + ": " + known.getFile() + ".";
    }
    return failure.getMessage() == null ? failure.toString() : failure.getMessage();
  }
}
