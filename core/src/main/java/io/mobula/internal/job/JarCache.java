package io.mobula.internal.job;

import io.mobula.ObjectRef;
import io.mobula.error.ProcessException;
import io.mobula.internal.execution.Environment;
import io.mobula.internal.memory.StoreDirectory;
import io.mobula.internal.sharing.Sharing;
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
import org.jspecify.annotations.Nullable;

/**
 * The jars of all environments that this node has met, on disk, each under its hash: in a directory
 * that is this node's alone and goes with it; what a killed node leaves is removed by the next
 * start. Made when the first jar comes. Safe for all threads; fetching blocks.
 */
final class JarCache implements AutoCloseable {
  private static final int FIELDS = 3; // name, hash, ref

  private final Sharing sharing;
  private final ObjectStore store;
  private final @Nullable Path base;
  private @Nullable StoreDirectory directory;
  private boolean closed;

  JarCache(Sharing sharing, ObjectStore store, @Nullable Path base) {
    this.sharing = sharing;
    this.store = store;
    this.base = base;
  }

  /** The files of an environment, in order; fetches what is not here yet, and checks it. */
  synchronized List<Path> files(Environment environment, Duration limit) throws IOException {
    var entry = sharing.imported(environment.list());
    ObjectRef<List<Object>> ref = store.ref(entry);
    entry.release();
    var deadline = Deadline.after(limit);
    try (ref) {
      return files(environment, store.get(List.of(ref), deadline).getFirst(), deadline);
    }
  }

  private List<Path> files(Environment environment, List<Object> list, Deadline deadline)
      throws IOException {
    var files = new ArrayList<Path>();
    var hashes = new ArrayList<String>();
    for (int i = 0; i + FIELDS <= list.size(); i += FIELDS) {
      var hash = (String) list.get(i + 1);
      hashes.add(hash);
      files.add(file(String.valueOf(list.get(i)), hash, (ObjectRef<?>) list.get(i + 2), deadline));
    }
    if (!Jar.hash(hashes).equals(environment.hash())) {
      throw new ProcessException("The list of jars " + environment.list()
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
    var found = Jar.hash(fresh);
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
        long most = Math.min(bytes.byteSize() - at, 1 << 30);
        at += channel.write(bytes.asSlice(at, most).asByteBuffer());
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
