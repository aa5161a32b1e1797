package io.mobula.samples.fashion;

import java.io.IOException;
import java.nio.file.Path;

/** Failure to read an IDX file that exists: it is truncated, altered or of another format. */
final class IdxException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception for a file and its fault; the remedy is always the same. */
  IdxException(Path file, String fault) {
    super(file + " " + fault + ". Fetch it anew.");
  }

  /** Creates the exception for a file and its fault, with a cause. */
  IdxException(Path file, String fault, IOException cause) {
    this(file, fault);
    initCause(cause);
  }
}
