package io.mobula.ps.checkpoint;

import java.io.Serializable;
import java.util.regex.Pattern;

/**
 * One file of a checkpoint: what one shard has written, whatever its bytes mean. Travels from the
 * shard to the owner.
 *
 * @param file its name in the checkpoint's directory
 * @param from the first item in it
 * @param to one past the last; the same as the first where the shard has none
 * @param bytes how long it is
 * @param crc32c the checksum of all its bytes
 */
public record CheckpointPart(String file, long from, long to, long bytes, int crc32c)
    implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final Pattern FILE = Pattern.compile("part-[0-9]{5,10}");

  /** Refuses names of other files, and a range that ends before it begins. */
  public CheckpointPart {
    if (!FILE.matcher(file).matches()) {
      throw new IllegalArgumentException("No file name of a part: " + file);
    }
    if (from < 0 || to < from || bytes < 0) {
      throw new IllegalArgumentException(
          file + " cannot have items " + from + " to " + to + " in " + bytes + " bytes.");
    }
  }

  /** The name of a shard's file. */
  static String fileOf(int shard) {
    if (shard < 0) {
      throw new IllegalArgumentException("Shards are counted from 0, got " + shard);
    }
    return String.format("part-%05d", shard);
  }

  /** The same when its bytes are known. */
  CheckpointPart withChecksum(int known) {
    return new CheckpointPart(file, from, to, bytes, known);
  }
}
