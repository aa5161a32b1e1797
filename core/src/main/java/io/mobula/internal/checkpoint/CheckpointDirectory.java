package io.mobula.internal.checkpoint;

import io.mobula.ActorId;
import io.mobula.NodeId;
import io.mobula.error.ActorCheckpointException;
import io.mobula.internal.codec.Codec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Directory for checkpoints of actors, on this machine or shared by several. It has a subdirectory
 * for each cluster, which has one for each actor. Safe for all threads; blocks.
 */
public final class CheckpointDirectory {
  private static final Logger LOG = LoggerFactory.getLogger(CheckpointDirectory.class);
  private static final String NAMED = "named-";
  private static final String UNNAMED = "actor-";
  private static final int MAX_NAME_LENGTH = 60;
  private static final int DIGEST = 8;

  private final Path root;
  private final Codec codec;
  private @Nullable NodeId user;
  private @Nullable ProcessLockFile lockFile;
  private List<Path> leftovers = List.of();

  /**
   * Makes a view of the directory without touching it.
   *
   * @param directory the directory from the settings
   * @param cluster the name of the cluster
   */
  public CheckpointDirectory(Path directory, String cluster, Codec codec) {
    this.root = directory.toAbsolutePath().normalize().resolve(fileName(cluster));
    this.codec = codec;
  }

  // ---- processes that use it

  /**
   * Registers this process, which has started and has not joined its cluster yet, as a user of the
   * directory. Notes the files of actors that end with their cluster, as these files may be stale.
   */
  public synchronized void register(NodeId self) {
    user = self;
    try {
      createLockFile();
      leftovers = DurableFiles.entries(root).stream()
          .filter(CheckpointDirectory::isLeftover)
          .toList();
    } catch (IOException e) {
      LOG.warn(
          "Other processes do not see yet that this process uses {}, and what other clusters have left there stays: {}",
          root,
          e.toString());
    }
  }

  /** Creates the lock file, unless it exists or this process does not use the directory. */
  private void createLockFile() throws IOException {
    var self = user;
    if (self != null && lockFile == null) {
      DurableFiles.createDirectory(root);
      lockFile = ProcessLockFile.make(root, self);
    }
  }

  /** Returns whether other processes can see that this one uses the directory. */
  public synchronized boolean isRegistered() {
    return lockFile != null;
  }

  /**
   * Returns the files of crashed clusters, which are to be {@linkplain #remove removed}, and
   * forgets them. For a process that has joined and is the only member of its cluster. If no other
   * process uses the directory, actors that were there before this process joined and end with
   * their cluster will never be recreated.
   */
  public synchronized List<Path> takeLeftovers() {
    var self = user;
    var left = leftovers;
    leftovers = List.of();
    try {
      return self == null || isUsedByOthers(self) ? List.of() : left;
    } catch (IOException e) {
      LOG.warn("What other clusters have left in {} stays there: {}", root, e.toString());
      return List.of();
    }
  }

  private static boolean isLeftover(Path entry) {
    return entry.getFileName().toString().startsWith(UNNAMED) || ProcessLockFile.isLockFile(entry);
  }

  /** Removes files of crashed clusters. A file that cannot be removed stays and is logged. */
  public void remove(List<Path> leftovers) {
    for (var entry : leftovers) {
      try {
        removeLeftover(entry);
      } catch (IOException e) {
        LOG.warn("{} is left there: {}", entry, e.toString());
      }
    }
  }

  private boolean isUsedByOthers(NodeId self) throws IOException {
    for (var entry : DurableFiles.entries(root)) {
      if (ProcessLockFile.isLockFile(entry)
          && !ProcessLockFile.isOwnedBy(entry, self)
          && ProcessLockFile.isAlive(entry)) {
        return true;
      }
    }
    return false;
  }

  private static void removeLeftover(Path entry) throws IOException {
    if (entry.getFileName().toString().startsWith(UNNAMED)) {
      DurableFiles.delete(entry);
      LOG.info("Removed {}, the checkpoints of an actor that will not be restored", entry);
    } else if (ProcessLockFile.isLockFile(entry) && !ProcessLockFile.isAlive(entry)) {
      Files.deleteIfExists(entry);
    }
  }

  /**
   * Reports that the process lives. To be repeated every few hours, and soon while the process is
   * not {@linkplain #isRegistered registered}.
   */
  public synchronized void renew() {
    try {
      if (lockFile != null) {
        lockFile.renew();
      } else if (user != null) {
        createLockFile();
        LOG.info("Other processes see from now on that this one uses {}", root);
      }
    } catch (IOException e) {
      LOG.atLevel(lockFile == null ? Level.DEBUG : Level.WARN) // the first failure has been logged
          .log(
              "Other processes may take this one for dead, as {} cannot be changed: {}",
              root,
              e.toString());
    }
  }

  /** Removes the registration of this process. */
  public synchronized void unregister() {
    user = null;
    try {
      if (lockFile != null) {
        lockFile.close();
      }
    } catch (IOException e) {
      LOG.debug("A lock file of this process stays in {}", root, e);
    }
    lockFile = null;
  }

  // ---- files of actors

  /** Returns the files of an actor that ends with its cluster. */
  public FileCheckpointStore of(ActorId id, String actor) {
    var name = UNNAMED + DurableActorDirectory.fileName(id);
    return new FileCheckpointStore(root.resolve(name), codec, actor);
  }

  /** Returns the files of a durable actor, which comes back under its name. */
  public FileCheckpointStore ofName(String name, ActorId id, String actor) {
    return ofName(name).of(id, actor);
  }

  /** Returns the files that former durable actors of a name have left for the next one. */
  public DurableActorDirectory ofName(String name) {
    return named(root.resolve(NAMED + fileName(name)));
  }

  private DurableActorDirectory named(Path directory) {
    return new DurableActorDirectory(directory, codec);
  }

  /** Returns the files of all durable actors, without reading them. */
  public List<FileCheckpointStore> durable() {
    try {
      var all = new ArrayList<FileCheckpointStore>();
      for (var entry : DurableFiles.entries(root)) {
        if (entry.getFileName().toString().startsWith(NAMED)) {
          named(entry).latest().ifPresent(all::add);
        }
      }
      return all;
    } catch (IOException e) {
      throw new ActorCheckpointException("Cannot look for durable actors in " + root + ": " + e, e);
    }
  }

  /**
   * Returns a file name: the readable part of the text, and a digest, as the whole may be too long.
   */
  private static String fileName(String text) {
    var readable = text.replaceAll("[^A-Za-z0-9_-]", "_");
    return readable.substring(0, Math.min(MAX_NAME_LENGTH, readable.length())) + "-" + digest(text);
  }

  private static String digest(String text) {
    try {
      var all = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(all, 0, DIGEST);
    } catch (NoSuchAlgorithmException impossible) { // every JDK has SHA-256
      throw new IllegalStateException(impossible);
    }
  }

  @Override
  public String toString() {
    return root.toString();
  }
}
