package io.mobula.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * Log of bounded size: the current file {@code NAME.log} and older files {@code NAME.log.1} and so
 * on. The oldest file is deleted when a new one begins, and the first line of each file gives the
 * number of bytes deleted so far.
 *
 * <p>Bytes that cannot be written, as on a full disk, are dropped and counted. The next line that
 * can be written reports the count. Writing never fails. Safe for all threads.
 */
final class RotatingLog extends OutputStream {
  private final Path file;
  private final long partSize;
  private final int parts;
  private final FileOpener opener;
  private @Nullable OutputStream out;
  private long size;
  private long deleted;
  private long dropped;
  private @Nullable String since;
  private @Nullable String reason;

  /** Function that opens a file for appending. */
  @FunctionalInterface
  interface FileOpener {
    /** Opens the file for appending. */
    OutputStream open(Path file) throws IOException;
  }

  /**
   * Creates a log that continues an existing file.
   *
   * @param bytes approximate size of all files together
   * @param parts maximum number of files, 2 or more
   */
  RotatingLog(Path file, long bytes, int parts, FileOpener opener) {
    this.file = file;
    this.partSize = Math.max(1, bytes / parts);
    this.parts = parts;
    this.opener = opener;
    this.size = sizeOf(file);
  }

  private static long sizeOf(Path file) {
    try {
      return Files.size(file);
    } catch (IOException absent) {
      return 0;
    }
  }

  @Override
  public void write(int oneByte) {
    write(new byte[] {(byte) oneByte}, 0, 1);
  }

  @Override
  public synchronized void write(byte[] bytes, int from, int count) {
    if (size > 0 && size + count > partSize) {
      rotate();
    }
    if (dropped > 0) {
      var lost = dropped + " bytes were not written to this log since " + since + ": " + reason;
      if (!append(note(lost))) {
        dropped += count;
        return;
      }
      dropped = 0;
    }
    if (!append(bytes, from, count)) {
      dropped += count;
    }
  }

  private boolean append(byte[] bytes) {
    return append(bytes, 0, bytes.length);
  }

  private boolean append(byte[] bytes, int from, int count) {
    try {
      var open = out;
      if (open == null) {
        open = opener.open(file);
        out = open;
      }
      open.write(bytes, from, count);
      size += count;
      return true;
    } catch (IOException e) {
      if (dropped == 0) {
        since = now();
      }
      reason = e.getMessage();
      return false;
    }
  }

  private void rotate() {
    close();
    try {
      var oldest = part(parts - 1);
      deleted += sizeOf(oldest);
      Files.deleteIfExists(oldest);
      for (int i = parts - 2; i >= 1; i--) {
        if (Files.exists(part(i))) {
          Files.move(part(i), part(i + 1), StandardCopyOption.REPLACE_EXISTING);
        }
      }
      Files.move(file, part(1), StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) { // starts over in the same file, so that the size stays bounded
      deleted += size;
      truncate();
    }
    size = 0;
    append(note("this log goes on from " + part(1).getFileName() + "; " + deleted
        + " older bytes were deleted, as mobula.logs.file-size says"));
  }

  private void truncate() {
    try {
      Files.write(file, new byte[0]);
    } catch (IOException e) {
      reason = e.getMessage(); // the next line that can be written reports it
    }
  }

  private Path part(int number) {
    return file.resolveSibling(file.getFileName() + "." + number);
  }

  private static byte[] note(String text) {
    return ("[" + now() + " mobula: " + text + "]\n").getBytes(StandardCharsets.UTF_8);
  }

  private static String now() {
    return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
  }

  @Override
  public synchronized void close() {
    var open = out;
    out = null;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        reason = e.getMessage();
      }
    }
  }
}
