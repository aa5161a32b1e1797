package io.mobula.internal.job;

import io.mobula.ObjectRef;
import io.mobula.error.ProcessException;
import io.mobula.internal.execution.RuntimeEnvironment;
import io.mobula.internal.memory.StoreDirectory;
import io.mobula.internal.sharing.ClusterObjects;
import io.mobula.internal.store.Deadline;
import io.mobula.internal.store.ObjectStore;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Cache on disk of the jars of all environments that this node has used, each under its hash. The
 * directory belongs to this node alone, is made for the first jar and is deleted with the node; the
 * next start removes what a killed node leaves. Safe for all threads; fetching blocks.
 */
final class JarCache implements AutoCloseable {
  private static final int FIELDS = 3; // name, hash, ref
  private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}"); // also the name of a file

  private final ClusterObjects clusterObjects;
  private final ObjectStore store;
  private final @Nullable Path base;
  private @Nullable StoreDirectory directory;
  private boolean closed;

  JarCache(ClusterObjects clusterObjects, ObjectStore store, @Nullable Path base) {
    this.clusterObjects = clusterObjects;
    this.store = store;
    this.base = base;
  }

  /** Returns the files of an environment, in order; fetches and verifies those that are missing. */
  synchronized List<Path> files(RuntimeEnvironment environment, Duration timeout)
      throws IOException {
    var entry = clusterObjects.importEntry(environment.jarList());
    ObjectRef<Object> ref = store.ref(entry);
    entry.release();
    var deadline = Deadline.after(timeout);
    try (ref) {
      var jars = parseList(store.get(List.of(ref), deadline).getFirst());
      return files(environment, jars, deadline);
    }
  }

  /** One jar in the list of an environment. */
  record ListedJar(String name, String hash, ObjectRef<?> ref) {}

  /**
   * Parses the list of jars that a value holds.
   *
   * @throws ProcessException when the value is no list of jars
   */
  static List<ListedJar> parseList(@Nullable Object value) {
    if (!(value instanceof List<?> list) || list.size() % FIELDS != 0) {
      throw new ProcessException("Wanted a list of jars, each with name, hash and ref, and got "
          + (value == null ? "null" : "a " + value.getClass().getName()) + ".");
    }
    var jars = new ArrayList<ListedJar>();
    for (int i = 0; i < list.size(); i += FIELDS) {
      var name = String.valueOf(list.get(i));
      if (!(list.get(i + 1) instanceof String hash && HASH.matcher(hash).matches())) {
        throw new ProcessException(
            "Jar " + name + " has no hash by SHA-256, but " + list.get(i + 1) + ".");
      }
      if (!(list.get(i + 2) instanceof ObjectRef<?> ref)) {
        throw new ProcessException("Jar " + name + " has no ref.");
      }
      jars.add(new ListedJar(name, hash, ref));
    }
    return jars;
  }

  private List<Path> files(RuntimeEnvironment environment, List<ListedJar> list, Deadline deadline)
      throws IOException {
    var files = new ArrayList<Path>();
    var hashes = new ArrayList<String>();
    for (var jar : list) {
      hashes.add(jar.hash());
      files.add(file(jar.name(), jar.hash(), jar.ref(), deadline));
    }
    if (!JobJar.hash(hashes).equals(environment.hash())) {
      throw new ProcessException("The list of jars " + environment.jarList()
          + " is not the one that its hash " + environment.hash() + " names.");
    }
    return files;
  }

  private Path file(String name, String hash, ObjectRef<?> ref, Deadline deadline)
      throws IOException {
    var file = directory().resolve(hash + ".jar");
    if (Files.exists(file)) {
      return file;
    }
    var fresh = directory().resolve(hash + ".part");
    write((MemorySegment) store.get(List.of(ref), deadline).getFirst(), fresh);
    var found = JobJar.hash(fresh);
    if (!found.equals(hash)) {
      Files.delete(fresh);
      throw new ProcessException(
          "Jar " + name + " has come with hash " + found + ", wanted " + hash + ".");
    }
    return Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
  }

  private static void write(MemorySegment bytes, Path to) throws IOException {
    try (var channel = FileChannel.open(
        to,
        StandardOpenOption.CREATE,
        StandardOpenOption.TRUNCATE_EXISTING,
        StandardOpenOption.WRITE)) {
      for (long at = 0; at < bytes.byteSize(); ) {
        long max = Math.min(bytes.byteSize() - at, 1 << 30);
        at += channel.write(bytes.asSlice(at, max).asByteBuffer());
      }
    }
  }

  private Path directory() {
    if (closed) {
      throw new ProcessException("This node is closing.");
    }
    var present = directory;
    if (present == null) {
      var where = base == null ? Path.of(System.getProperty("java.io.tmpdir")) : base;
      present = StoreDirectory.open(where);
      directory = present;
    }
    return present.path();
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (directory != null) {
      directory.delete();
      directory = null;
    }
  }
}
