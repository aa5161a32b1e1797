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
 * The directory of one store, in memory or on disk: mode 0700, a random name, and a life lock held
 * for as long as the store is open.
 *
 * <p>It is made under a name that no starter looks at and renamed once its lock is held, so a
 * starter that clears up after crashed processes never sees a live directory whose lock is free.
 */
public final class StoreDirectory {
  private static final Logger LOG = LoggerFactory.getLogger(StoreDirectory.class);

  /** What the directories of stores begin with. */
  static final String PREFIX = "mobula-";
  /** What a directory begins with until its life lock is held. */
  static final String CREATING_PREFIX = ".mobula-";

  /** What a directory in it is called that holds the media driver of transfers. */
  static final String TRANSFER = "transfer";

  /** Exactly what {@link #open} makes: others may use a name that begins alike. */
  static final Pattern NAME = Pattern.compile("\\.?mobula-[0-9a-f]{24}");

  private static final Path SHARED_MEMORY = Path.of("/dev/shm");
  private static final SecureRandom RANDOM = new SecureRandom();

  private final Path path;
  private final LifeLock life;

  private StoreDirectory(Path path, LifeLock life) {
    this.path = path;
    this.life = life;
  }

  /**
   * Makes a directory under {@code base}, after removing what crashed processes of this user have
   * left there.
   *
   * @throws StoreException if {@code base} is missing or may not be written
   * @throws StoreFullException if its file system is full
   */
  public static StoreDirectory open(@Nullable Path base) {
    Path where = (base == null ? usualBase() : base).toAbsolutePath();
    if (!Files.isDirectory(where)) {
      throw new StoreException(
          "Store directory " + where + " is " + (Files.exists(where) ? "no directory" : "not there")
              + ": set a directory that exists and that this user may write to");
    }
    String name = PREFIX + randomName();
    Path unborn = where.resolve("." + name);
    try {
      OwnerOnlyFiles.createDirectory(unborn);
      StaleStoreCleaner.remove(where, Files.getOwner(unborn));
      return new StoreDirectory(where.resolve(name), lockAndRename(unborn, where.resolve(name)));
    } catch (IOException e) {
      throw SharedFile.isFull(e)
          ? new StoreFullException(
              "No room for a store in " + where + ": " + e.getMessage() + "; set another directory")
          : new StoreException(
              "Cannot make a store in " + where + ": " + e + "; may this user write there?", e);
    }
  }

  /** {@code /dev/shm} if it can be written, else the JVM's temporary directory. */
  static Path usualBase() {
    return Files.isDirectory(SHARED_MEMORY) && Files.isWritable(SHARED_MEMORY)
        ? SHARED_MEMORY
        : Path.of(System.getProperty("java.io.tmpdir"));
  }

  /** Where it is. */
  public Path path() {
    return path;
  }

  Path file(String name) {
    return path.resolve(name);
  }

  /** Whether the file system can take this many bytes more, as far as it tells. */
  boolean hasRoom(long bytes) {
    File here = path.toFile();
    return here.getUsableSpace() >= bytes || here.getTotalSpace() == 0;
  }

  /**
   * Makes a file that its owner alone may use.
   *
   * @throws IOException also if there is such a file already
   */
  public Path create(String name) throws IOException {
    return OwnerOnlyFiles.createFile(file(name));
  }

  /** Removes what dead processes of the same user have left beside it, while it is there itself. */
  void removeStaleStores() {
    try {
      StaleStoreCleaner.remove(
          Objects.requireNonNull(path.getParent(), "a store's directory is in another"),
          Files.getOwner(path));
    } catch (NoSuchFileException closed) {
      LOG.debug("{} is closed: others will clear up", path, closed);
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
        return life;
      } catch (IOException e) {
        life.close();
        throw e;
      }
    } catch (IOException e) {
      StaleStoreCleaner.removeDirectory(unborn);
      throw e;
    }
  }

  private static String randomName() {
    byte[] bits = new byte[12];
    RANDOM.nextBytes(bits);
    return HexFormat.of().formatHex(bits);
  }
}
