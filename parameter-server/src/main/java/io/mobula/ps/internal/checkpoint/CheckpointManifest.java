package io.mobula.ps.internal.checkpoint;

import java.util.List;
import java.util.Objects;

/**
 * Manifest of a checkpoint: the shape of its table, and its files in the order of their items. An
 * item is a parameter of a dense table or a row of a sparse one.
 *
 * @param version version of the format, {@value #VERSION}
 * @param table name of the table
 * @param shape description of the items, such as {@code dense float, 2 state vectors}; two tables
 *     have the same shape when the texts are equal
 * @param optimizer description of the optimizer for people; not interpreted
 * @param size number of items
 * @param updates minimum over the shards of the number of applied updates
 * @param parts the files, which together contain each item once
 */
public record CheckpointManifest(
    int version,
    String table,
    String shape,
    String optimizer,
    long size,
    long updates,
    List<CheckpointPart> parts) {
  /** Version of the format that this release writes, and the only one that it reads. */
  public static final int VERSION = 1;

  /** Refuses parts that omit an item or contain one twice. */
  public CheckpointManifest {
    Objects.requireNonNull(table, "table");
    Objects.requireNonNull(shape, "shape");
    Objects.requireNonNull(optimizer, "optimizer");
    parts = List.copyOf(parts);
    if (version != VERSION || updates < 0) {
      throw new IllegalArgumentException("No manifest of version " + VERSION + " has version "
          + version + " and " + updates + " updates.");
    }
    requireAll(size, parts);
  }

  private static void requireAll(long size, List<CheckpointPart> parts) {
    long next = 0;
    for (var part : parts) {
      if (part.from() != next) {
        throw new IllegalArgumentException(part.file() + " begins with item " + part.from()
            + " where " + next + " is the next one.");
      }
      next = part.to();
    }
    if (parts.isEmpty() || next != size) {
      throw new IllegalArgumentException(
          "The " + parts.size() + " parts end with item " + next + " of " + size + ".");
    }
    if (parts.stream().map(CheckpointPart::file).distinct().count() != parts.size()) {
      throw new IllegalArgumentException("Two parts are of one file: " + parts);
    }
  }
}
