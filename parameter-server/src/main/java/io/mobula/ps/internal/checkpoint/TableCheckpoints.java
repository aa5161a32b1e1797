package io.mobula.ps.internal.checkpoint;

import io.mobula.internal.checkpoint.DurableFiles;
import io.mobula.ps.error.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checkpoints of one table below one directory, for the table's owner. {@link #begin} creates a
 * draft, every shard writes its part into it with a {@link PartWriter}, and {@link #commit} turns
 * it into a checkpoint atomically; after a failure the owner {@linkplain #abandon abandons} it.
 * Keeps no state in memory, so it is valid after a crash. Blocks.
 */
public final class TableCheckpoints {
  /** Name of the file that is written last. */
  static final String MANIFEST = "manifest";

  private static final Logger LOG = LoggerFactory.getLogger(TableCheckpoints.class);

  private final Path root;
  private final String table;
  private final DirectoryNames names;

  private TableCheckpoints(Path root, String table) {
    this.root = root;
    this.table = table;
    this.names = DirectoryNames.of(table);
  }

  /**
   * Creates the object without touching the file system.
   *
   * @param root directory that all shards and the owner see under the same path
   * @param table name of the table, of any characters
   */
  public static TableCheckpoints of(Path root, String table) {
    return new TableCheckpoints(root.toAbsolutePath().normalize(), table);
  }

  // ---- writing

  /** Returns a number above those of all present checkpoints and drafts of the table. */
  public long nextNumber() {
    return Math.addExact(
        1,
        Stream.concat(numbered(), drafts())
            .mapToLong(
                path -> names.number(path).orElseGet(() -> names.draft(path).orElseThrow()))
            .max()
            .orElse(0));
  }

  /**
   * Creates the directory that the shards write into, and removes drafts of this table in which
   * nothing was written for an hour.
   *
   * @param number larger than those of all earlier checkpoints
   * @throws CheckpointException when there is a checkpoint of that number, or no space
   */
  public Path begin(long number) {
    var target = root.resolve(names.of(number));
    requireFree(target);
    var draft = root.resolve(names.draftOf(number));
    try {
      DurableFiles.createDirectory(root);
      StaleDraftCleaner.remove(root, drafts().toList());
      return Files.createDirectory(draft);
    } catch (IOException e) {
      throw WriteFailure.of(draft, e);
    }
  }

  private static void requireFree(Path target) {
    if (!Files.notExists(target)) {
      throw new CheckpointException(
          "Cannot write " + target + ": it is there already. Use a larger number.", null);
    }
  }

  /**
   * Turns a draft into the latest checkpoint, as a whole or not at all.
   *
   * @param draft the result of {@link #begin}
   * @param manifest describes the parts in the draft
   * @return the directory of the checkpoint
   * @throws CheckpointException when a part is incomplete, or there is no space; the draft is to be
   *     abandoned then
   */
  public Path commit(Path draft, CheckpointManifest manifest) {
    requireDraft(draft);
    if (!manifest.table().equals(table)) {
      throw new IllegalArgumentException(
          "Cannot commit a manifest of table " + manifest.table() + " as one of " + table);
    }
    CheckpointReader.requireParts(draft, manifest);
    seal(draft, manifest);
    return publish(draft);
  }

  /** Writes the manifest into the draft. */
  void seal(Path draft, CheckpointManifest manifest) {
    byte[] bytes = ManifestCodec.write(manifest);
    try {
      Files.write(draft.resolve(MANIFEST), bytes);
      DurableFiles.sync(draft.resolve(MANIFEST));
      DurableFiles.sync(draft);
    } catch (IOException e) {
      throw WriteFailure.of(draft.resolve(MANIFEST), bytes.length, e);
    }
  }

  /** Renames a complete draft to its final name. */
  Path publish(Path draft) {
    var target = root.resolve(names.of(names.draft(draft).orElseThrow()));
    requireFree(target);
    try {
      DurableFiles.rename(draft, target);
      return target;
    } catch (IOException e) {
      throw WriteFailure.of(target, e);
    }
  }

  /**
   * Removes a draft directory. Idempotent.
   *
   * @throws CheckpointException when the system refuses
   */
  public void abandon(Path draft) {
    requireDraft(draft);
    try {
      DurableFiles.delete(draft);
    } catch (IOException e) {
      throw new CheckpointException("Cannot remove " + draft + ": " + e, e);
    }
  }

  private void requireDraft(Path draft) {
    boolean here = root.equals(draft.toAbsolutePath().getParent());
    boolean other = Files.exists(draft) && !isDirectory(draft);
    if (!here || other || names.draft(draft).isEmpty()) {
      throw new IllegalArgumentException(
          draft + " is no draft of table " + table + " in " + root + ".");
    }
  }

  // ---- finding

  /**
   * Returns the newest complete checkpoint. Skips, with a warning, one whose manifest cannot be
   * read or whose parts are missing or have the wrong length. Does not check checksums; see
   * {@link CheckpointReader#verify}.
   *
   * @throws CheckpointException when the directory cannot be read
   */
  public Optional<Path> latest() {
    return numbered().filter(this::isComplete).findFirst();
  }

  /** Returns all complete checkpoints, the newest first. */
  public List<Path> all() {
    return numbered().filter(this::isComplete).toList();
  }

  /**
   * Removes all complete checkpoints but the newest. A checkpoint that is being read loses its
   * files.
   *
   * @param keep how many are retained, 1 or more
   * @throws CheckpointException when the system refuses
   */
  public void prune(int keep) {
    if (keep < 1) {
      throw new IllegalArgumentException("One checkpoint at least has to stay, got " + keep);
    }
    all().stream().skip(keep).map(this::retire).forEach(this::abandon);
  }

  /** Renames a checkpoint to a draft before it is removed, so that it is never found incomplete. */
  Path retire(Path checkpoint) {
    var draft = root.resolve(names.draftOf(names.number(checkpoint).orElseThrow()));
    try {
      DurableFiles.rename(checkpoint, draft);
      return draft;
    } catch (IOException e) {
      throw new CheckpointException("Cannot remove " + checkpoint + ": " + e, e);
    }
  }

  private boolean isComplete(Path directory) {
    try {
      var reader = CheckpointReader.open(directory);
      if (!reader.manifest().table().equals(table)) {
        return false;
      }
      reader.requireParts();
      return true;
    } catch (CheckpointException e) {
      LOG.warn("Passed over {}: {}", directory, e.getMessage());
      return false;
    }
  }

  private Stream<Path> numbered() {
    return directories()
        .filter(path -> names.number(path).isPresent())
        .sorted(Comparator.<Path>comparingLong(path -> names.number(path).orElseThrow())
            .reversed());
  }

  private Stream<Path> drafts() {
    return directories().filter(path -> names.draft(path).isPresent());
  }

  private Stream<Path> directories() {
    try {
      return DurableFiles.entries(root).stream().filter(TableCheckpoints::isDirectory);
    } catch (IOException e) {
      throw new CheckpointException("Cannot look for checkpoints in " + root + ": " + e, e);
    }
  }

  /**
   * Returns whether the path is a directory itself. A symbolic link is not, as it can lead
   * anywhere.
   */
  private static boolean isDirectory(Path path) {
    return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
  }
}
