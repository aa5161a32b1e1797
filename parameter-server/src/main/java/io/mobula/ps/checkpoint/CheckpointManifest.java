package io.mobula.ps.checkpoint;

import java.util.List;
import java.util.Objects;

/**
 * What a checkpoint has: the shape of its table, and the files, in the order of their items. An
 * item is a parameter of a dense table or a row of a sparse one.
 *
 * @param version of the format, {@value #VERSION}
 * @param table what people call it
 * @param shape what its items are, such as {@code dense float, 2 state vectors}; two tables have
 *     the same shape when the texts are equal
 * @param optimizer what people read about it; means nothing to the program
 * @param size how many items there are
 * @param updates how many every shard has applied at least
 * @param parts together all items, each once
 */
public record CheckpointManifest(
    int version,
    String table,
    String shape,
    String optimizer,
    long size,
    long updates,
    List<CheckpointPart> parts) {
  /** The version that this release writes, and the only one that it reads. */
  public static final int VERSION = 1;

  /** Refuses parts that leave an item out or have one twice. */
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
