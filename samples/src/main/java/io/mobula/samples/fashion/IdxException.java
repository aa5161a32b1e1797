package io.mobula.samples.fashion;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A file that was found but is not the IDX file that was wanted: cut short, altered or another's.
 */
final class IdxException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Names the file and what is wrong with it; what to do is always the same. */
  IdxException(Path file, String fault) {
    super(file + " " + fault + ". Fetch it anew.");
  }

  /** As above, with what brought it about. */
  IdxException(Path file, String fault, IOException cause) {
    this(file, fault);
    initCause(cause);
  }
}
