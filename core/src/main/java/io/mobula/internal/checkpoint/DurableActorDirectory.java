package io.mobula.internal.checkpoint;

import io.mobula.ActorId;
import io.mobula.error.ActorCheckpointException;
import io.mobula.internal.codec.Codec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Directory of the durable actors of one name, which follow each other. Each actor has a
 * subdirectory named by its id, so that whoever deletes the files of an ended actor, however late,
 * cannot delete those of the next one. Blocks.
 *
 * <p>The next actor {@linkplain #takeUp takes up} the checkpoints of the former ones under its own
 * id, then writes its definition, then {@linkplain #removeFormer removes} their files. Files
 * without a definition count for nobody: their actor was ended, or another one has taken them up.
 * So a crash between two of these steps loses nothing, and nothing that was ended comes back.
 *
 * <p>Files that are in the directory itself are those of an actor of an earlier release.
 */
public final class DurableActorDirectory {
  private static final String ACTOR = "of-";

  private final Path directory;
  private final Codec codec;

  DurableActorDirectory(Path directory, Codec codec) {
    this.directory = directory;
    this.codec = codec;
  }

  static String fileName(ActorId id) {
    return Long.toHexString(id.node()) + "-" + id.number();
  }

  /** Returns the files of the actor with this id. */
  FileCheckpointStore of(ActorId id, String actor) {
    return new FileCheckpointStore(directoryOf(id), codec, actor);
  }

  private Path directoryOf(ActorId id) {
    return directory.resolve(ACTOR + fileName(id));
  }

  /** Returns the files of all actors except one, whether or not they count. */
  private List<FileCheckpointStore> all(@Nullable Path except) throws IOException {
    var all = new ArrayList<FileCheckpointStore>();
    for (var entry : DurableFiles.entries(directory)) {
      if (entry.getFileName().toString().startsWith(ACTOR) && !entry.equals(except)) {
        all.add(files(entry));
      }
    }
    all.add(files(directory));
    return all;
  }

  private FileCheckpointStore files(Path of) {
    return new FileCheckpointStore(of, codec, String.valueOf(directory.getFileName()));
  }

  /**
   * Returns the files from which the next actor is made: those of the actor with the latest
   * checkpoint, if several are there because a process crashed as it took the files up.
   */
  Optional<FileCheckpointStore> latest() throws IOException {
    FileCheckpointStore latest = null;
    var version = CheckpointVersion.NONE;
    for (var files : all(null)) {
      if (files.isDefined()) {
        var saved = files.saved();
        var last = saved.isEmpty() ? CheckpointVersion.NONE : saved.getLast();
        if (latest == null || last.compareTo(version) > 0) {
          latest = files;
          version = last;
        }
      }
    }
    return Optional.ofNullable(latest);
  }

  /**
   * Adds the checkpoints that former actors have left to those of this actor, which has got their
   * name and has no definition yet.
   */
  public void takeUp(ActorId by) {
    try {
      var own = files(directoryOf(by));
      for (var former : all(directoryOf(by))) {
        if (former.isDefined()) {
          own.adopt(former);
        }
      }
    } catch (IOException e) {
      throw new ActorCheckpointException(
          "Cannot take up the checkpoints in " + directory + ": " + e, e);
    }
  }

  /**
   * Removes the files of all actors but this one, which has its definition. Checkpoints that cannot
   * be removed stay, and count for nobody.
   *
   * @throws ActorCheckpointException when a definition cannot be removed, so that its actor would
   *     come back later
   */
  public void removeFormer(ActorId next) {
    try {
      for (var former : all(directoryOf(next))) {
        former.deleteDefinition();
        former.deleteRest();
      }
    } catch (IOException e) {
      throw new ActorCheckpointException(
          "Cannot remove the files of former actors in " + directory + ": " + e, e);
    }
  }

  /** Removes the directory if no actor has files in it. */
  public void removeIfEmpty() {
    try {
      DurableFiles.deleteIfEmpty(directory);
    } catch (IOException e) {
      throw new ActorCheckpointException("Cannot remove " + directory + ": " + e, e);
    }
  }
}
