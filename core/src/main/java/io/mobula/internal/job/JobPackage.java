package io.mobula.internal.job;

import io.mobula.ObjectRef;
import io.mobula.error.MobulaException;
import io.mobula.error.SettingsException;
import io.mobula.internal.execution.RuntimeEnvironment;
import io.mobula.internal.store.EntryRef;
import io.mobula.internal.store.ObjectStore;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * The jars of this process's program, in the store for as long as the program runs. The list of
 * them is an object, too: for each jar its name, its hash and the ref to its bytes, one after the
 * other.
 */
public final class JobPackage {
  private final RuntimeEnvironment environment;
  private final ObjectRef<List<Object>> list; // as long as it is reachable, the jars are

  private JobPackage(RuntimeEnvironment environment, ObjectRef<List<Object>> list) {
    this.environment = environment;
    this.list = list;
  }

  /**
   * Refuses what is no jar and no directory, before anything starts.
   *
   * @throws SettingsException that names the file
   */
  public static void require(List<Path> paths) {
    JobJar.require(paths);
  }

  /**
   * Puts the jars into the store. Reads every one of them.
   *
   * @throws SettingsException when one is no jar
   */
  public static JobPackage put(List<Path> paths, ObjectStore store) {
    Path scratch = null;
    try {
      scratch = Files.createTempDirectory("mobula-ship-");
      return put(store, JobJar.of(paths, scratch));
    } catch (IOException e) {
      throw new SettingsException("Cannot ship " + paths + ": " + e, e);
    } finally {
      if (scratch != null) {
        remove(scratch);
      }
    }
  }

  private static JobPackage put(ObjectStore store, List<JobJar> jars) throws IOException {
    var all = new ArrayList<Object>();
    var hashes = new ArrayList<String>();
    for (var jar : jars) {
      var hash = JobJar.hash(jar.file());
      hashes.add(hash);
      all.add(jar.name());
      all.add(hash);
      all.add(content(store, jar));
    }
    ObjectRef<List<Object>> list = store.put(all);
    var id = store.export(((EntryRef<?>) list).entry());
    return new JobPackage(new RuntimeEnvironment(JobJar.hash(hashes), id), list);
  }

  private static ObjectRef<MemorySegment> content(ObjectStore store, JobJar jar)
      throws IOException {
    try (var channel = FileChannel.open(jar.file(), StandardOpenOption.READ);
        var room = store.create(channel.size())) {
      var bytes = room.segment();
      for (long at = 0; at < bytes.byteSize(); ) {
        long most = Math.min(bytes.byteSize() - at, 1 << 30);
        int read = channel.read(bytes.asSlice(at, most).asByteBuffer());
        if (read < 0) {
          throw new IOException(jar.name() + " became shorter while it was read");
        }
        at += read;
      }
      return room.seal();
    } catch (MobulaException e) {
      throw new SettingsException("Cannot ship " + jar.name() + ": " + e.getMessage(), e);
    }
  }

  private static void remove(Path scratch) {
    try (var files = Files.newDirectoryStream(scratch)) {
      for (var file : files) {
        Files.delete(file);
      }
      Files.delete(scratch);
    } catch (IOException e) {
      throw new SettingsException("Cannot remove " + scratch + ": " + e, e);
    }
  }

  /** What nodes need to know of it. */
  public RuntimeEnvironment environment() {
    return environment;
  }

  @Override
  public String toString() {
    return "Shipment " + environment.hash() + " (" + list.id() + ")";
  }
}
