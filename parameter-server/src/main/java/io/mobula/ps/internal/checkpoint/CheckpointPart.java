package io.mobula.ps.internal.checkpoint;

import java.io.Serializable;
import java.util.regex.Pattern;

/**
 * Description of one file of a checkpoint, written by one shard; the meaning of its bytes is up to
 * the shard. Sent from the shard to the owner.
 *
 * @param file name of the file in the checkpoint's directory
 * @param from the first item in it
 * @param to one past the last item; equal to {@code from} where the shard has none
 * @param bytes length of the file
 * @param crc32c checksum of all its bytes
 */
public record CheckpointPart(String file, long from, long to, long bytes, int crc32c)
    implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final Pattern FILE = Pattern.compile("part-[0-9]{5,10}");

  /** Refuses other file names, and ranges that end before they begin. */
  public CheckpointPart {
    if (!FILE.matcher(file).matches()) {
      throw new IllegalArgumentException("No file name of a part: " + file);
    }
    if (from < 0 || to < from || bytes < 0) {
      throw new IllegalArgumentException(
          file + " cannot have items " + from + " to " + to + " in " + bytes + " bytes.");
    }
  }

  /** Returns the file name of a shard's part. */
  static String fileOf(int shard) {
    if (shard < 0) {
      throw new IllegalArgumentException("Shards are counted from 0, got " + shard);
    }
    return String.format("part-%05d", shard);
  }

  /** Returns this part with a checksum, once its bytes are known. */
  CheckpointPart withChecksum(int known) {
    return new CheckpointPart(file, from, to, bytes, known);
  }
}
