package io.mobula.ps.internal.checkpoint;

import io.mobula.ps.error.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Exceptions for a file or directory of a checkpoint that cannot be written. */
final class WriteFailure {
  private WriteFailure() {}

  /**
   * Creates the exception for a file, with the free space; the incomplete file is to be removed
   * before.
   *
   * @param bytes how many bytes were to be written
   */
  static CheckpointException of(Path file, long bytes, IOException cause) {
    return because(file, "wanted " + bytes + " bytes, ", cause);
  }

  /** Creates the exception for a directory or a name, with the free space. */
  static CheckpointException of(Path directory, IOException cause) {
    return because(directory, "", cause);
  }

  private static CheckpointException because(Path file, String wanted, IOException cause) {
    return new CheckpointException(
        "Cannot write " + file + ": " + wanted + room(file)
            + " bytes are free there, and the system says " + cause
            + ". The checkpoint before this one is untouched. Free space, or use another directory.",
        cause);
  }

  private static String room(Path file) {
    try {
      var there = file.toAbsolutePath();
      while (Files.notExists(there) && there.getParent() != null) {
        there = there.getParent();
      }
      return Long.toString(Files.getFileStore(there).getUsableSpace());
    } catch (IOException e) {
      return "an unknown number of";
    }
  }
}
