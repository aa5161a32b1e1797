package io.mobula.internal.spill;

import io.mobula.error.InvalidRequestException;
import io.mobula.error.StoreFullException;
import io.mobula.spi.SpillTarget;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Spill target that writes objects to files in several directories, in turns, so that several disks
 * work at the same time.
 *
 * <p>Safe for all threads. Each directory has one writer at a time; a thread that finds it busy
 * tries the next. A directory that is full or fails is paused for a while, and the others go on.
 */
final class FileSpillTarget implements SpillTarget {
  private final List<SpillDirectory> directories;
  private final AtomicInteger turn = new AtomicInteger();
  private final AtomicLong numbers = new AtomicLong();

  private FileSpillTarget(List<SpillDirectory> directories) {
    this.directories = List.copyOf(directories);
  }

  /**
   * Creates a subdirectory for this process in each configured directory; all of them must accept
   * it.
   */
  static FileSpillTarget open(SpillSettings spillSettings) {
    if (spillSettings.directories().isEmpty()) {
      throw new InvalidRequestException("Wanted to spill to no directory: name one.");
    }
    var opened = new ArrayList<SpillDirectory>();
    try {
      for (var directory : spillSettings.directories()) {
        opened.add(
            SpillDirectory.open(directory, spillSettings.fuseBelow(), spillSettings.fusedBytes()));
      }
      return new FileSpillTarget(opened);
    } catch (RuntimeException e) {
      opened.forEach(SpillDirectory::close);
      throw e;
    }
  }

  @Override
  public SpilledObject write(MemorySegment content) {
    long number = numbers.incrementAndGet();
    int first = turn.getAndIncrement();
    var spilledObject = tryAll(first, number, content, false);
    if (spilledObject == null) {
      spilledObject = tryAll(first, number, content, true);
    }
    if (spilledObject == null) {
      throw full(content.byteSize());
    }
    return spilledObject;
  }

  private @Nullable SpilledObject tryAll(
      int first, long number, MemorySegment content, boolean wait) {
    for (int i = 0; i < directories.size(); i++) {
      var directory = directories.get(Math.floorMod(first + i, directories.size()));
      var spilledObject = directory.write(number, content, wait);
      if (spilledObject != null) {
        return spilledObject;
      }
    }
    return null;
  }

  private StoreFullException full(long bytes) {
    return new StoreFullException("No spill directory takes " + bytes + " bytes: "
        + directories.stream().map(SpillDirectory::describe).collect(Collectors.joining("; "))
        + ". Free space there, or name more in mobula.store.spill.directories.");
  }

  @Override
  public int writers() {
    return directories.size();
  }

  @Override
  public void close() {
    directories.forEach(SpillDirectory::close);
  }
}
