package io.mobula.testkit.fault;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Faults that damage files. */
final class DiskFaults {
  private DiskFaults() {}

  /**
   * Truncates every second file of a folder to half, and changes a byte of the others. Files that
   * are deleted meanwhile are skipped.
   *
   * @return the number of damaged files
   */
  static int damage(Path folder) throws IOException {
    int count = 0;
    try (var files = Files.walk(folder)) {
      for (var file : files.filter(DiskFaults::isDamaged).sorted().toList()) {
        count += damage(file, count % 2 == 0) ? 1 : 0;
      }
    } catch (UncheckedIOException gone) {
      if (!(gone.getCause() instanceof NoSuchFileException)) {
        throw gone.getCause();
      }
    }
    return count;
  }

  /**
   * Returns whether a file is damaged: all files but the life file, by which other processes
   * recognize a living process.
   */
  private static boolean isDamaged(Path file) {
    return Files.isRegularFile(file) && !file.endsWith("life");
  }

  private static boolean damage(Path path, boolean cut) throws IOException {
    if (!Files.exists(path)) { // opening would create it
      return false;
    }
    try (var file = new RandomAccessFile(path.toFile(), "rw")) {
      long middle = file.length() / 2;
      if (cut) {
        file.setLength(middle);
      } else if (file.length() > 0) {
        file.seek(middle);
        int was = file.read();
        file.seek(middle);
        file.write(was ^ 1);
      }
      return true;
    } catch (FileNotFoundException gone) {
      return false;
    }
  }
}
