package io.mobula.internal.checkpoint;

import io.mobula.error.ActorCheckpointException;
import io.mobula.internal.codec.Codec;
import io.mobula.internal.codec.EncodedValue;
import io.mobula.internal.lane.FrameWriter;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checkpoints of one actor as files in a directory of its own: the two latest, and the definition
 * of a durable actor.
 */
public final class FileCheckpointStore implements CheckpointStore {
  private static final Logger LOG = LoggerFactory.getLogger(FileCheckpointStore.class);
  private static final Pattern NAME = Pattern.compile("(\\d{1,18})\\.(\\d{1,18})\\.state");
  private static final String DEFINITION = "definition";
  private static final int KEPT = 2;
  private static final int MAX_TRIES = 3;

  private final Path directory;
  private final Codec codec;
  private final String actor;
  private final TreeSet<CheckpointVersion> present = new TreeSet<>();

  /**
   * Makes a store without touching the directory.
   *
   * @param actor the name of the actor in messages
   */
  FileCheckpointStore(Path directory, Codec codec, String actor) {
    this.directory = directory;
    this.codec = codec;
    this.actor = actor;
  }

  private Path file(CheckpointVersion version) {
    return directory.resolve(version + ".state");
  }

  // ---- checkpoints

  @Override
  public void save(SavedState saved) {
    var note = new FrameWriter().text(actor);
    saved.version().write(note);
    note.block(saved.calls());
    write(file(saved.version()), note.toBytes(), saved.state());
    present.add(saved.version());
    prune();
  }

  private void write(Path file, byte[] note, @Nullable Object value) {
    var encoded = encode(value);
    create();
    CheckpointFile.write(file, note, encoded);
  }

  private EncodedValue encode(@Nullable Object value) {
    var encoded = codec.encode(value);
    if (!encoded.externals().isEmpty()) {
      throw new ActorCheckpointException(
          "What " + actor
              + " has to save holds an ObjectRef or ActorHandle, which means nothing outside its cluster: leave it out, and look it up again in load.");
    }
    return encoded;
  }

  private void create() {
    try {
      createDirectory();
    } catch (IOException e) {
      throw new ActorCheckpointException(
          "Cannot make the directory " + directory + " for checkpoints of " + actor + ": " + e, e);
    }
  }

  /**
   * Creates the directory, again if the directory above it was empty meanwhile, so that whoever
   * deleted the files of a former actor has removed it.
   */
  private void createDirectory() throws IOException {
    for (int tries = 1; ; tries++) {
      try {
        DurableFiles.createDirectory(directory);
        return;
      } catch (NoSuchFileException removed) {
        if (tries == MAX_TRIES) {
          throw removed;
        }
      }
    }
  }

  private void prune() {
    while (present.size() > KEPT) {
      var oldest = present.pollFirst();
      if (oldest != null) {
        remove(file(oldest));
      }
    }
  }

  private static void remove(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      LOG.warn("An old checkpoint stays: {} cannot be removed", file, e);
    }
  }

  @Override
  public @Nullable SavedState latest(CheckpointVersion known) {
    present.clear();
    present.addAll(versions());
    var newest = present.isEmpty() ? CheckpointVersion.NONE : present.last();
    if (newest.compareTo(known) < 0) {
      throw new ActorCheckpointException(
          "Checkpoint " + known + " of " + actor
              + " has been saved, and is not in " + directory
              + " of this machine. Have all machines share mobula.actors.checkpoint-directory, or leave it out, so that checkpoints are kept in the store.");
    }
    ActorCheckpointException refused = null;
    for (var version : present.descendingSet()) {
      try {
        return read(version);
      } catch (ActorCheckpointException e) {
        LOG.error("{} does not go on from its checkpoint {}: {}", actor, version, e.getMessage());
        refused = refused == null ? e : refused;
      }
    }
    if (refused != null) {
      throw new ActorCheckpointException(
          "None of the " + present.size() + " checkpoints of " + actor
              + " can be used. The latest: " + refused.getMessage() + " Remove " + directory
              + " to start without a checkpoint.",
          refused);
    }
    return null;
  }

  private List<CheckpointVersion> versions() {
    try {
      for (var file : DurableFiles.entries(directory)) {
        if (file.toString().endsWith(CheckpointFile.TEMPORARY)) {
          remove(file); // left by a process that died while it wrote
        }
      }
      return saved();
    } catch (IOException e) {
      throw new ActorCheckpointException(
          "Cannot look for checkpoints of " + actor + " in " + directory + ": " + e, e);
    }
  }

  /** Returns the versions of all checkpoints, in their order. */
  List<CheckpointVersion> saved() throws IOException {
    var versions = new ArrayList<CheckpointVersion>();
    for (var file : DurableFiles.entries(directory)) {
      version(file).ifPresent(versions::add);
    }
    versions.sort(Comparator.naturalOrder());
    return versions;
  }

  private static Optional<CheckpointVersion> version(Path file) {
    var name = NAME.matcher(file.getFileName().toString());
    return name.matches()
        ? Optional.of(
            new CheckpointVersion(Long.parseLong(name.group(1)), Long.parseLong(name.group(2))))
        : Optional.empty();
  }

  private SavedState read(CheckpointVersion version) {
    var file = file(version);
    var content = CheckpointFile.read(file, codec);
    var calls = CheckpointFile.parsed(file, content.note(), in -> {
      var _ = in.text(); // for human readers
      // the file name counts, as the checkpoint may be linked under another version
      var _ = CheckpointVersion.read(in);
      return in.block();
    });
    var state = content.value();
    if (state == null) {
      throw new ActorCheckpointException("The checkpoint " + file + " holds no state.");
    }
    return new SavedState(version, calls, state);
  }

  /**
   * Links the restored checkpoint under the first version of the new term, so that it is found
   * first.
   */
  @Override
  public void beginTerm(CheckpointVersion takenUp, CheckpointVersion first) {
    var from = file(takenUp);
    var to = file(first);
    try {
      link(from, to);
    } catch (IOException e) {
      throw new ActorCheckpointException(
          "Cannot give checkpoint " + from + " the name " + to + ": " + e, e);
    }
    present.add(first); // the next save deletes older ones
  }

  /** Creates a hard link, which costs nothing, or a copy where the file system has no links. */
  private static void link(Path from, Path to) throws IOException {
    var temporary = to.resolveSibling(to.getFileName() + CheckpointFile.TEMPORARY);
    Files.deleteIfExists(temporary);
    try {
      Files.createLink(temporary, from);
    } catch (UnsupportedOperationException | FileSystemException unknown) {
      Files.copy(from, temporary);
      DurableFiles.sync(temporary);
    }
    DurableFiles.rename(temporary, to);
  }

  /** Links the checkpoints of a former actor of the same name into this directory. */
  void adopt(FileCheckpointStore former) throws IOException {
    for (var version : former.saved()) {
      if (!Files.exists(file(version))) {
        createDirectory();
        link(former.file(version), file(version));
      }
    }
  }

  @Override
  public void delete() {
    try {
      deleteDefinition();
      DurableFiles.delete(directory);
      present.clear();
    } catch (IOException e) {
      throw new ActorCheckpointException(
          "Cannot remove the checkpoints of " + actor + " in " + directory + ": " + e, e);
    }
  }

  // ---- the definition of a durable actor

  /**
   * Definition of a durable actor: all that is needed to create it.
   *
   * @param description bytes that can be read without the parts, in the format of the caller
   * @param parts the constructor, as a function, and its arguments
   */
  @SuppressWarnings("ArrayRecordComponent") // passed on, never compared
  public record Definition(byte[] description, @Nullable Object[] parts) {}

  /** Writes the definition and replaces an earlier one. */
  public void define(Definition definition) {
    write(directory.resolve(DEFINITION), definition.description(), definition.parts());
  }

  /** Deletes the definition; the checkpoints of a durable actor do not count without it. */
  void deleteDefinition() throws IOException {
    Files.deleteIfExists(directory.resolve(DEFINITION));
  }

  /** Deletes what is left, and logs what cannot be deleted. */
  void deleteRest() {
    try {
      for (var file : DurableFiles.entries(directory)) {
        if (Files.isRegularFile(file)) {
          remove(file);
        }
      }
      DurableFiles.deleteIfEmpty(directory);
    } catch (IOException e) {
      LOG.warn("Old checkpoints stay in {}", directory, e);
    }
  }

  /** Returns whether {@link #define} has been called, by this process or another. */
  public boolean isDefined() {
    return Files.exists(directory.resolve(DEFINITION));
  }

  /** Returns the description, even if the parts cannot be read here. */
  public byte[] description() {
    return CheckpointFile.note(directory.resolve(DEFINITION));
  }

  /** Reads the whole definition that {@link #define} wrote. */
  public Definition definition() {
    var file = directory.resolve(DEFINITION);
    var content = CheckpointFile.read(file, codec);
    if (content.value() instanceof Object[] parts) {
      return new Definition(content.note(), parts);
    }
    throw new ActorCheckpointException("The file " + file + " does not say how an actor is made.");
  }

  @Override
  public String toString() {
    return directory.toString();
  }
}
