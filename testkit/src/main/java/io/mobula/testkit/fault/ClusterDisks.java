package io.mobula.testkit.fault;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Folders that the processes of a cluster write to, with their file systems. */
final class ClusterDisks implements AutoCloseable {
  private final Path stores;
  private final Path spilled;
  private final @Nullable TestFileSystem storeDisk;
  private final @Nullable TestFileSystem spillDisk;

  private ClusterDisks(
      Path stores,
      Path spilled,
      @Nullable TestFileSystem storeDisk,
      @Nullable TestFileSystem spillDisk) {
    this.stores = stores;
    this.spilled = spilled;
    this.storeDisk = storeDisk;
    this.spillDisk = spillDisk;
  }

  /**
   * Creates the folders and file systems.
   *
   * @param storeBytes size of a file system for all stores; 0 to use that of the machine
   * @param spillBytes size of a file system for all spill folders; 0 to use that of the machine
   */
  static ClusterDisks create(Path stores, Path spilled, long storeBytes, long spillBytes)
      throws IOException {
    var storeDisk = mounted(stores, storeBytes);
    try {
      return new ClusterDisks(stores, spilled, storeDisk, mounted(spilled, spillBytes));
    } catch (IOException e) {
      if (storeDisk != null) {
        storeDisk.close();
      }
      throw e;
    }
  }

  private static @Nullable TestFileSystem mounted(Path folder, long bytes) throws IOException {
    Files.createDirectories(folder);
    return bytes == 0 ? null : TestFileSystem.mount(folder, bytes);
  }

  /** Returns the folder of the stores of a host's processes. */
  Path storeFolder(int host) throws IOException {
    return Files.createDirectories(stores.resolve("host-" + host));
  }

  /** Returns the spill folder of a node. */
  Path spillFolder(int node) throws IOException {
    return Files.createDirectories(spilled.resolve("node-" + node));
  }

  /** Returns the file system of the stores, so that it can be filled. */
  TestFileSystem storeDisk() {
    if (storeDisk == null) {
      throw new UnsupportedOperationException(
          "Wanted the stores' file system full: the cluster was not built with storeDisk()");
    }
    return storeDisk;
  }

  /** Damages the spilled files of a node, and returns their number. */
  int damageSpilled(int node) throws IOException {
    return DiskFaults.damage(spilled.resolve("node-" + node));
  }

  /** Returns a violation for each file that is left over. */
  List<Violation> leftoverFiles() throws IOException {
    var found = new ArrayList<Violation>();
    for (var folder : List.of(stores, spilled)) {
      try (var files = Files.walk(folder)) {
        files
            .filter(Files::isRegularFile)
            .forEach(file ->
                found.add(new Violation(Violation.Rule.NOT_RESTORED, "files", file + " is left")));
      }
    }
    return found;
  }

  @Override
  public void close() throws IOException {
    try {
      if (storeDisk != null) {
        storeDisk.close();
      }
    } finally {
      if (spillDisk != null) {
        spillDisk.close();
      }
    }
  }
}
