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
 * Where a node keeps checkpoints of actors: a directory, of this machine or shared by several, with
 * one below it for each cluster and in that one for each actor. Safe for all threads; blocks.
 */
public final class CheckpointDirectory {
  private static final Logger LOG = LoggerFactory.getLogger(CheckpointDirectory.class);
  private static final String NAMED = "named-";
  private static final String UNNAMED = "actor-";
  private static final int LONGEST = 60;
  private static final int DIGEST = 8;

  private final Path root;
  private final Codec codec;
  private @Nullable NodeId user;
  private @Nullable ProcessLockFile lockFile;
  private List<Path> leftovers = List.of();

  /**
   * Touches nothing yet.
   *
   * @param directory what the setting says
   * @param cluster the name of the cluster
   */
  public CheckpointDirectory(Path directory, String cluster, Codec codec) {
    this.root = directory.toAbsolutePath().normalize().resolve(fileName(cluster));
    this.codec = codec;
  }

  // ---- who uses it

  /**
   * A process has started and has not joined its cluster yet: it is seen to use the directory from
   * now on. What is there of actors that go with their cluster is noted: it may be left over.
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

  /** Has no effect when it is marked, or not in use. */
  private void createLockFile() throws IOException {
    var self = user;
    if (self != null && lockFile == null) {
      DurableFiles.createDirectory(root);
      lockFile = ProcessLockFile.make(root, self);
    }
  }

  /** Whether others see that this process uses the directory. */
  public synchronized boolean isRegistered() {
    return lockFile != null;
  }

  /**
   * What crashed clusters have left, which is to be {@linkplain #remove removed}. To be asked by a
   * process that has joined and is the only member of its cluster: if no other process uses the
   * directory, nobody makes the actors again that were there before it joined and go with their
   * cluster.
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

  /** Removes what crashed clusters have left; what cannot be removed stays, and is in the log. */
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
      LOG.info("Removed {}, the checkpoints of an actor that nobody makes again", entry);
    } else if (ProcessLockFile.isLockFile(entry) && !ProcessLockFile.isAlive(entry)) {
      Files.deleteIfExists(entry);
    }
  }

  /**
   * The process lives; to be repeated every few hours, and soon while it is not
   * {@linkplain #isRegistered seen}.
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
      LOG.atLevel(lockFile == null ? Level.DEBUG : Level.WARN) // the first failure is in the log
          .log(
              "Other processes may take this one for dead, as {} cannot be changed: {}",
              root,
              e.toString());
    }
  }

  /** The process uses the directory no more. */
  public synchronized void unregister() {
    user = null;
    try {
      if (lockFile != null) {
        lockFile.close();
      }
    } catch (IOException e) {
      LOG.debug("A mark of this process stays in {}", root, e);
    }
    lockFile = null;
  }

  // ---- what is in it

  /** The files of an actor that goes with its cluster. */
  public FileCheckpointStore of(ActorId id, String actor) {
    return files(UNNAMED + Long.toHexString(id.node()) + "-" + id.number(), actor);
  }

  /** The files of an actor that comes back under its name. */
  public FileCheckpointStore ofName(String name, String actor) {
    return files(NAMED + fileName(name), actor);
  }

  private FileCheckpointStore files(String name, String actor) {
    return new FileCheckpointStore(root.resolve(name), codec, actor);
  }

  /** The files of all actors that come back; nothing is read of them. */
  public List<FileCheckpointStore> durable() {
    try {
      var all = new ArrayList<FileCheckpointStore>();
      for (var entry : DurableFiles.entries(root)) {
        var name = entry.getFileName().toString();
        var files = files(name, name);
        if (name.startsWith(NAMED) && files.isDefined()) {
          all.add(files);
        }
      }
      return all;
    } catch (IOException e) {
      throw new ActorCheckpointException("Cannot look for durable actors in " + root + ": " + e, e);
    }
  }

  /** What can be read of the text, and a digest, since all of it may be too long for a file. */
  private static String fileName(String text) {
    var readable = text.replaceAll("[^A-Za-z0-9_-]", "_");
    return readable.substring(0, Math.min(LONGEST, readable.length())) + "-" + digest(text);
  }

  private static String digest(String text) {
    try {
      var all = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(all, 0, DIGEST);
    } catch (NoSuchAlgorithmException impossible) { // every Java has it
      throw new IllegalStateException(impossible);
    }
  }

  @Override
  public String toString() {
    return root.toString();
  }
}
