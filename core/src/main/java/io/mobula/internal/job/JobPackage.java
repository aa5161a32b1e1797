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
 * Jars of this process's job, kept in the store while the job runs. The list of the jars is an
 * object, too: name, hash and ref of each jar, one after the other.
 */
public final class JobPackage {
  private final RuntimeEnvironment environment;
  private final ObjectRef<List<Object>> list; // keeps the jars reachable

  private JobPackage(RuntimeEnvironment environment, ObjectRef<List<Object>> list) {
    this.environment = environment;
    this.list = list;
  }

  /**
   * Rejects paths that are neither jars nor directories, before anything starts.
   *
   * @throws SettingsException that names the file
   */
  public static void require(List<Path> paths) {
    JobJar.require(paths);
  }

  /**
   * Puts the jars into the store. Reads every one of them.
   *
   * @throws SettingsException when a file is no jar
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
        long max = Math.min(bytes.byteSize() - at, 1 << 30);
        int read = channel.read(bytes.asSlice(at, max).asByteBuffer());
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

  /** Returns the description of the package that nodes need. */
  public RuntimeEnvironment environment() {
    return environment;
  }

  @Override
  public String toString() {
    return "Shipment " + environment.hash() + " (" + list.id() + ")";
  }
}
