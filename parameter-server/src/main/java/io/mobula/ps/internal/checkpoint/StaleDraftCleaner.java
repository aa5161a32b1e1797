package io.mobula.ps.internal.checkpoint;

import io.mobula.internal.checkpoint.DurableFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Cleaner of abandoned drafts, into which nothing was written for an hour. A draft that cannot be
 * removed is left to the next run, as it only takes space.
 */
final class StaleDraftCleaner {
  private static final Logger LOG = LoggerFactory.getLogger(StaleDraftCleaner.class);
  private static final Duration STALE_AFTER = Duration.ofHours(1);

  private StaleDraftCleaner() {}

  static void remove(Path root, List<Path> drafts) throws IOException {
    if (drafts.isEmpty()) {
      return;
    }
    var old = FileTime.from(now(root).toInstant().minus(STALE_AFTER));
    for (var draft : drafts) {
      try {
        if (lastWritten(draft).compareTo(old) < 0) {
          DurableFiles.delete(draft);
          LOG.info("Removed {}, which an interrupted checkpoint had left.", draft);
        }
      } catch (IOException e) {
        LOG.warn(
            "Cannot remove {}, which an interrupted checkpoint has left: {}", draft, e.toString());
      }
    }
  }

  /** Returns the file system's time, as its clock may differ from this host's. */
  private static FileTime now(Path root) throws IOException {
    var probe = Files.createTempFile(root, ".clock-", "");
    try {
      return Files.getLastModifiedTime(probe);
    } finally {
      Files.delete(probe);
    }
  }

  private static FileTime lastWritten(Path draft) throws IOException {
    var last = Files.getLastModifiedTime(draft);
    for (var file : DurableFiles.entries(draft)) {
      var time = Files.getLastModifiedTime(file);
      last = time.compareTo(last) > 0 ? time : last;
    }
    return last;
  }
}
