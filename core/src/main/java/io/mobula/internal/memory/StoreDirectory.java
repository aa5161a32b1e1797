package io.mobula.internal.memory;

import io.mobula.error.StoreException;
import io.mobula.error.StoreFullException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Directory of one store, in memory or on disk: mode 0700, a random name, and a life lock held for
 * as long as the store is open.
 *
 * <p>The directory is created under a name that no cleaner considers at once, and renamed when its
 * lock is held. A process that cleans up after crashed processes thus never sees a live directory
 * whose lock is free. A cleaner whose clock has jumped ahead may remove a directory that is being
 * created; it is then created again.
 */
public final class StoreDirectory {
  private static final Logger LOG = LoggerFactory.getLogger(StoreDirectory.class);

  /** Prefix of the names of store directories. */
  static final String PREFIX = "mobula-";
  /** Prefix of a directory's name until its life lock is held. */
  static final String CREATING_PREFIX = ".mobula-";

  /** Name of the subdirectory that holds the media driver of transfers. */
  static final String TRANSFER = "transfer";

  /** Pattern of the names that {@link #open} makes; others may use names with the same prefix. */
  static final Pattern NAME = Pattern.compile("\\.?mobula-[0-9a-f]{24}");

  private static final int CREATE_TRIES = 3;
  private static final Path SHARED_MEMORY = Path.of("/dev/shm");
  private static final SecureRandom RANDOM = new SecureRandom();

  private final Path path;
  private final LifeLock life;

  private StoreDirectory(Path path, LifeLock life) {
    this.path = path;
    this.life = life;
  }

  /**
   * Creates a directory under {@code base}, after removing stale stores of this user there.
   *
   * @throws StoreException if {@code base} is missing or not writable
   * @throws StoreFullException if its file system is full
   */
  public static StoreDirectory open(@Nullable Path base) {
    Path where = (base == null ? usualBase() : base).toAbsolutePath();
    if (!Files.isDirectory(where)) {
      throw new StoreException(
          "Store directory " + where + " is " + (Files.exists(where) ? "no directory" : "not there")
              + ": set a directory that exists and that this user may write to");
    }
    try {
      return create(where);
    } catch (IOException e) {
      throw SharedFile.isFull(e)
          ? new StoreFullException(
              "No room for a store in " + where + ": " + e.getMessage() + "; set another directory")
          : new StoreException(
              "Cannot make a store in " + where + ": " + e + "; may this user write there?", e);
    }
  }

  /**
   * Creates the directory; does so again under another name if it vanishes before its lock is held.
   * A cleaner whose clock is ahead by hours takes a directory that is being created for an old one.
   */
  private static StoreDirectory create(Path where) throws IOException {
    for (int left = CREATE_TRIES; ; left--) {
      String name = PREFIX + randomName();
      Path unborn = where.resolve("." + name);
      try {
        OwnerOnlyFiles.createDirectory(unborn);
        // before the life file, which needs a block of a disk that dead processes may have filled
        StaleStoreCleaner.remove(where, Files.getOwner(unborn), unborn);
        return new StoreDirectory(where.resolve(name), lockAndRename(unborn, where.resolve(name)));
      } catch (NoSuchFileException vanished) {
        if (left == 1) {
          throw vanished;
        }
        LOG.info("{} vanished while it was created: another process has removed it", unborn);
      }
    }
  }

  /** Returns {@code /dev/shm} if it is writable, else the JVM's temporary directory. */
  static Path usualBase() {
    return Files.isDirectory(SHARED_MEMORY) && Files.isWritable(SHARED_MEMORY)
        ? SHARED_MEMORY
        : Path.of(System.getProperty("java.io.tmpdir"));
  }

  /** Returns the path of this directory. */
  public Path path() {
    return path;
  }

  Path file(String name) {
    return path.resolve(name);
  }

  /**
   * Returns whether the file system has room for this many more bytes, as far as it reports that.
   */
  boolean hasRoom(long bytes) {
    File here = path.toFile();
    return here.getUsableSpace() >= bytes || here.getTotalSpace() == 0;
  }

  /**
   * Creates a file that only its owner may access.
   *
   * @throws IOException also if the file exists already
   */
  public Path create(String name) throws IOException {
    return OwnerOnlyFiles.createFile(file(name));
  }

  /**
   * Removes the stores that dead processes of the same user have left beside this directory, while
   * this directory exists.
   */
  void removeStaleStores() {
    try {
      StaleStoreCleaner.remove(
          Objects.requireNonNull(path.getParent(), "a store's directory is in another"),
          Files.getOwner(path),
          path);
    } catch (NoSuchFileException closed) {
      LOG.debug("{} is closed: other processes will clean up", path, closed);
    } catch (IOException e) {
      throw new StoreException("Cannot clear up in " + path.getParent() + ": " + e, e);
    }
  }

  /** Removes the files, then the life file, then the directory, and frees the lock. */
  public void delete() {
    try (life) {
      StaleStoreCleaner.removeDirectory(path);
    } catch (IOException e) {
      throw new StoreException("Cannot remove " + path + ": " + e + "; remove it by hand", e);
    }
  }

  private static LifeLock lockAndRename(Path unborn, Path path) throws IOException {
    try {
      LifeLock life = LifeLock.createLocked(unborn, path.getFileName().toString());
      try {
        Files.move(unborn, path, StandardCopyOption.ATOMIC_MOVE);
        if (Files.notExists(path.resolve(LifeLock.FILE))) {
          throw new NoSuchFileException(path.resolve(LifeLock.FILE).toString());
        }
        return life;
      } catch (IOException e) {
        life.close();
        throw e;
      }
    } catch (IOException e) {
      StaleStoreCleaner.removeDirectory(unborn);
      StaleStoreCleaner.removeDirectory(path);
      throw e;
    }
  }

  /** Returns the name that a directory of this name has once it is created. */
  static String lastingName(String name) {
    return name.startsWith(CREATING_PREFIX) ? name.substring(1) : name;
  }

  private static String randomName() {
    byte[] bits = new byte[12];
    RANDOM.nextBytes(bits);
    return HexFormat.of().formatHex(bits);
  }
}
