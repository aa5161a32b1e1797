package io.mobula.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Registry of the nodes that this user has started on this host: two files per node, in a directory
 * that only the user may enter.
 *
 * <p>The node keeps {@code NAME.life} locked while it lives. The kernel releases the lock with the
 * process, so a locked file means a live process, and the process id in {@code NAME.json} beside it
 * cannot belong to a newer process. Any command that reads the registry removes the files of dead
 * nodes.
 *
 * <p>The lock belongs to the process, and closing any channel on the file releases it. A process
 * therefore never opens the life file of its own nodes.
 */
final class NodeRegistry {
  private static final String LIFE = ".life";
  private static final String JSON = ".json";
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rwx------");
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Set<Path> OWN = ConcurrentHashMap.newKeySet();
  static final JsonMapper MAPPER = JsonMapper.builder().build();

  private final Path directory;

  private NodeRegistry(Path directory) {
    this.directory = directory;
  }

  /** Node found in the registry, with the file that its process keeps locked. */
  record RegisteredNode(NodeEntry entry, Path life) {
    /** Returns whether the node's process still holds the lock. */
    boolean isAlive() throws IOException {
      return !isFree(life);
    }
  }

  /**
   * Returns the registry of this user, in {@code XDG_RUNTIME_DIR} where that is set, else in the
   * temporary directory.
   *
   * @throws IOException when the directory cannot be made, or belongs to another user
   */
  static NodeRegistry ofThisUser() throws IOException {
    return in(defaultDirectory(System.getenv()));
  }

  static Path defaultDirectory(Map<String, String> environment) {
    var runtime = environment.get("XDG_RUNTIME_DIR");
    return runtime != null && Files.isWritable(Path.of(runtime))
        ? Path.of(runtime, "mobula")
        : Path.of(System.getProperty("java.io.tmpdir"), "mobula-" + uid());
  }

  static NodeRegistry in(Path directory) throws IOException {
    try {
      Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
    } catch (FileAlreadyExistsException e) {
      requireOwn(directory);
    }
    return new NodeRegistry(directory);
  }

  private static void requireOwn(Path directory) throws IOException {
    var attributes =
        Files.readAttributes(directory, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    var owner = Files.getAttribute(directory, "unix:uid", LinkOption.NOFOLLOW_LINKS);
    if (!attributes.isDirectory()
        || !owner.equals((int) uid())
        || !attributes.permissions().equals(OWNER_ONLY)) {
      throw new IOException(directory + " must be a directory of user " + uid()
          + " with mode 0700, and is one of user " + owner + " with "
          + PosixFilePermissions.toString(attributes.permissions())
          + ": remove it, or set XDG_RUNTIME_DIR");
    }
  }

  private static long uid() {
    return new UnixSystem().getUid();
  }

  Path directory() {
    return directory;
  }

  /**
   * Registers the node that this process is about to start. The lock is held until the process
   * ends.
   */
  NodeRegistration register(NodeEntry entry) throws IOException {
    var bits = new byte[8];
    RANDOM.nextBytes(bits);
    var name = HexFormat.of().formatHex(bits);
    var life = directory.resolve(name + LIFE);
    var unborn = directory.resolve("." + name + LIFE);
    OWN.add(life);
    var channel = FileChannel.open(unborn, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    try {
      channel.lock();
      Files.move(unborn, life, StandardCopyOption.ATOMIC_MOVE);
      var registration = new NodeRegistration(directory.resolve(name + JSON), channel);
      registration.write(entry);
      return registration;
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  /** Registration of this process's own node. */
  static final class NodeRegistration {
    private final Path json;

    @SuppressWarnings("unused") // holds the lock
    private final FileChannel lock;

    private NodeRegistration(Path json, FileChannel lock) {
      this.json = json;
      this.lock = lock;
    }

    /** Replaces the node's entry in the registry. */
    void write(NodeEntry entry) throws IOException {
      var next = json.resolveSibling("." + json.getFileName());
      Files.write(next, MAPPER.writeValueAsBytes(entry));
      Files.move(next, json, StandardCopyOption.ATOMIC_MOVE);
    }
  }

  /** Returns the live nodes, in no order, and removes the files of dead ones. */
  List<RegisteredNode> alive() throws IOException {
    var node = new ArrayList<RegisteredNode>();
    try (var files = Files.newDirectoryStream(directory, "[!.]*" + LIFE)) {
      for (var life : files) {
        if (!OWN.contains(life) && isFree(life)) {
          remove(life);
        } else {
          var entry = read(json(life));
          if (entry != null) {
            node.add(new RegisteredNode(entry, life));
          }
        }
      }
    }
    return node;
  }

  private static Path json(Path life) {
    var name = life.getFileName().toString();
    return life.resolveSibling(name.substring(0, name.length() - LIFE.length()) + JSON);
  }

  private static @Nullable NodeEntry read(Path json) throws IOException {
    try {
      return MAPPER.readValue(Files.readAllBytes(json), NodeEntry.class);
    } catch (NoSuchFileException notWrittenYet) {
      return null;
    }
  }

  /** Removes the files of a node that has ended. */
  static void remove(Path life) throws IOException {
    Files.deleteIfExists(json(life));
    Files.deleteIfExists(life);
  }

  private static boolean isFree(Path life) throws IOException {
    try (var channel = FileChannel.open(life, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        var lock = channel.tryLock()) {
      return lock != null;
    } catch (NoSuchFileException gone) {
      return true;
    } catch (OverlappingFileLockException ownedHere) {
      return false;
    }
  }
}
