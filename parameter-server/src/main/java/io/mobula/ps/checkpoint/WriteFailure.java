package io.mobula.ps.checkpoint;

import io.mobula.ps.error.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What is said when a file or directory of a checkpoint cannot be written. */
final class WriteFailure {
  private WriteFailure() {}

  /**
   * Looks how much room there is, so whatever was written in vain is to be removed before.
   *
   * @param bytes how many were wanted
   */
  static CheckpointException of(Path file, long bytes, IOException cause) {
    return because(file, "wanted " + bytes + " bytes, ", cause);
  }

  /** The same where no bytes were wanted, but a name. */
  static CheckpointException of(Path directory, IOException cause) {
    return because(directory, "", cause);
  }

  private static CheckpointException because(Path file, String wanted, IOException cause) {
    return new CheckpointException(
        "Cannot write " + file + ": " + wanted + room(file)
            + " bytes are free there, and the system says " + cause
            + ". The checkpoint before this one is untouched. Make room, or use another directory.",
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
