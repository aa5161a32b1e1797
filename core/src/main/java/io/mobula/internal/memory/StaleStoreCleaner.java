package io.mobula.internal.memory;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Cleaner of store directories that crashed processes of the same user have left: those whose life
 * lock no process holds.
 *
 * <p>The process that gets the lock removes the files, the life file last. Two cleaners at the same
 * time do no harm: the second finds the lock taken or the files gone. Links are never followed. A
 * directory that cannot be removed is logged and left.
 */
final class StaleStoreCleaner {
  private static final Logger LOG = LoggerFactory.getLogger(StaleStoreCleaner.class);
  private static final Duration CREATING_GRACE = Duration.ofHours(1);

  private StaleStoreCleaner() {}

  /**
   * Removes every stale store of {@code owner} under {@code base}.
   *
   * @param own the caller's directory, which is left alone even if its clock has jumped
   */
  static synchronized void remove(Path base, UserPrincipal owner, Path own) throws IOException {
    try (DirectoryStream<Path> directories =
        Files.newDirectoryStream(base, StaleStoreCleaner::isOfAStore)) {
      for (Path directory : directories) {
        if (!directory.equals(own)) {
          removeIfDead(directory, owner);
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }

  /**
   * Removes the content of a directory, the life file last, and the directory. Files that are gone
   * already are no error.
   */
  static void removeDirectory(Path directory) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        if (!file.endsWith(LifeLock.FILE)) {
          removeFile(file);
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    } catch (NoSuchFileException gone) {
      return;
    }
    Files.deleteIfExists(directory.resolve(LifeLock.FILE));
    Files.deleteIfExists(directory);
  }

  /**
   * Removes a file of a store directory. Directories are left alone, except the one that the
   * store's own media driver creates.
   */
  private static void removeFile(Path file) throws IOException {
    if (file.endsWith(StoreDirectory.TRANSFER)
        && Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
      removeWhole(file);
    } else {
      Files.deleteIfExists(file);
    }
  }

  private static void removeWhole(Path directory) throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }

  private static boolean isOfAStore(Path path) {
    return StoreDirectory.NAME.matcher(path.getFileName().toString()).matches();
  }

  private static void removeIfDead(Path directory, UserPrincipal owner) {
    String name = directory.getFileName().toString();
    try {
      if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)
          || !Files.getOwner(directory, LinkOption.NOFOLLOW_LINKS).equals(owner)
          || LifeLock.isOwn(StoreDirectory.lastingName(name))
          || (name.startsWith(StoreDirectory.CREATING_PREFIX) && isYoung(directory))) {
        return;
      }
      removeUnlessLocked(directory);
    } catch (IOException e) {
      LOG.info("Left {} where it is: {}", directory, e.toString());
    }
  }

  private static void removeUnlessLocked(Path directory) throws IOException {
    boolean lifeless = Files.notExists(directory.resolve(LifeLock.FILE), LinkOption.NOFOLLOW_LINKS);
    try (LifeLock inherited = lifeless ? null : LifeLock.tryTakeOver(directory)) {
      if (inherited != null || lifeless) {
        removeDirectory(directory);
        LOG.info("Removed {}, left by a process that has died", directory);
      }
    }
  }

  private static boolean isYoung(Path directory) throws IOException {
    Instant changed =
        Files.getLastModifiedTime(directory, LinkOption.NOFOLLOW_LINKS).toInstant();
    return changed.isAfter(Instant.now().minus(CREATING_GRACE));
  }
}
