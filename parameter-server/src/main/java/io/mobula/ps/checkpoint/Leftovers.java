package io.mobula.ps.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drafts that nobody will finish: nothing was written into them for an hour. What cannot be removed
 * is left to the next time, as it takes room and does no other harm.
 */
final class Leftovers {
  private static final Logger LOG = LoggerFactory.getLogger(Leftovers.class);
  private static final Duration PATIENCE = Duration.ofHours(1);

  private Leftovers() {}

  static void remove(List<Path> drafts) {
    var old = FileTime.from(Instant.now().minus(PATIENCE));
    for (var draft : drafts) {
      try {
        if (lastWritten(draft).compareTo(old) < 0) {
          Durable.delete(draft);
          LOG.info("Removed {}, which somebody had left unfinished.", draft);
        }
      } catch (IOException e) {
        LOG.warn("Cannot remove {}, which somebody has left unfinished: {}", draft, e.toString());
      }
    }
  }

  private static FileTime lastWritten(Path draft) throws IOException {
    var last = Files.getLastModifiedTime(draft);
    for (var file : Durable.entries(draft)) {
      var time = Files.getLastModifiedTime(file);
      last = time.compareTo(last) > 0 ? time : last;
    }
    return last;
  }
}
