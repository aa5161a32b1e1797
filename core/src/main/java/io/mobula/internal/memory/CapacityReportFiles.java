package io.mobula.internal.memory;

import io.mobula.error.StoreException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Capacity reports as small files in the directory of the node's store, one for each member. The
 * report of a dead member counts for as long as the directory of its store exists. Safe for all
 * threads; each call costs some file operations.
 */
final class CapacityReportFiles implements CapacityReports {
  private static final String PREFIX = "share-";
  private static final int RECORD_BYTES = 3 * Long.BYTES;

  private final Path nodeDirectory;
  private final Path own;

  private CapacityReportFiles(Path head, Path own) {
    this.nodeDirectory = head;
    this.own = own;
  }

  /**
   * Creates the member's report file.
   *
   * @param head the directory of the node's store, which may be the member's own
   * @param member the directory of the member's store, a sibling of {@code head}
   * @throws StoreException if there is no such directory
   */
  static CapacityReportFiles create(Path head, StoreDirectory member) {
    var own = head.resolve(PREFIX + member.path().getFileName());
    try {
      OwnerOnlyFiles.createFile(own);
      var files = new CapacityReportFiles(head, own);
      files.write(new CapacityReport(0, 0, 0));
      return files;
    } catch (IOException e) {
      throw new StoreException(
          "Cannot share the capacity of the store in " + head + ": " + e + "; is its node up?", e);
    }
  }

  /** Does nothing if the node's store is gone, as no member is left to read the report. */
  @Override
  public void publish(CapacityReport report) {
    try {
      write(report);
    } catch (NoSuchFileException headIsGone) {
      return;
    } catch (IOException e) {
      throw new StoreException("Cannot write " + own + ": " + e, e);
    }
  }

  private void write(CapacityReport report) throws IOException {
    var record = ByteBuffer.allocate(RECORD_BYTES)
        .putLong(report.totalBytes())
        .putLong(report.wantedBytes())
        .putLong(report.requestCount())
        .flip();
    UninterruptibleIo.<@Nullable Void>run(() -> {
      try (var channel = FileChannel.open(own, StandardOpenOption.WRITE)) {
        channel.write(record.rewind(), 0);
        return null;
      }
    });
  }

  @Override
  public Map<String, CapacityReport> others() {
    var others = new HashMap<String, CapacityReport>();
    try (var files = Files.newDirectoryStream(nodeDirectory, PREFIX + "*")) {
      for (var file : files) {
        var report = file.equals(own) ? null : read(file);
        if (report != null) {
          others.put(file.getFileName().toString(), report);
        }
      }
    } catch (NoSuchFileException headIsGone) {
      return Map.of();
    } catch (IOException | DirectoryIteratorException e) {
      throw new StoreException(
          "Cannot list who shares the capacity of the store in " + nodeDirectory, e);
    }
    return others;
  }

  /** Reads a report; returns null, and deletes the file, if the member's store is gone. */
  private @Nullable CapacityReport read(Path file) throws IOException {
    var store =
        nodeDirectory.resolveSibling(file.getFileName().toString().substring(PREFIX.length()));
    if (!Files.isDirectory(store)) {
      Files.deleteIfExists(file);
      return null;
    }
    try {
      var record = ByteBuffer.wrap(UninterruptibleIo.run(() -> Files.readAllBytes(file)));
      return record.remaining() < RECORD_BYTES
          ? null
          : new CapacityReport(record.getLong(), record.getLong(), record.getLong());
    } catch (NoSuchFileException left) {
      return null;
    }
  }

  @Override
  public void withdraw() {
    try {
      Files.deleteIfExists(own);
    } catch (IOException e) {
      throw new StoreException("Cannot remove " + own + ": " + e + "; remove it by hand", e);
    }
  }
}
