package io.mobula.internal.store;

import io.mobula.internal.execution.Execution;
import io.mobula.spi.SpillTarget;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Copies from which a value is restored after it has left memory.
 *
 * @param onDisk its copy on a disk; null if it was never written
 * @param source the source that it was fetched from; null if it was made here
 */
record BackingCopy(
    SpillTarget.@Nullable SpilledObject onDisk, @Nullable RefetchSource source) {
  /** The state of a value that is in memory only. */
  static final BackingCopy NONE = new BackingCopy(null, null);

  /** Returns whether there is any copy, so that the value need not be written before it leaves. */
  boolean exists() {
    return onDisk != null || source != null;
  }

  /** Returns these copies with one on a disk. */
  BackingCopy withDisk(SpillTarget.SpilledObject written) {
    return new BackingCopy(written, source);
  }

  /** Returns these copies with a source. */
  BackingCopy withSource(RefetchSource from) {
    return new BackingCopy(onDisk, from);
  }

  /**
   * Reads the bytes, from the disk if they are there. Blocks; a task that calls gives its CPU back
   * meanwhile.
   *
   * @throws io.mobula.error.ObjectLostException when no copy is left
   */
  void readInto(MemorySegment target) {
    var hold = Execution.currentHold();
    hold.giveBack();
    try {
      if (onDisk != null) {
        onDisk.readInto(target);
      } else if (source != null) {
        source.fetch(target);
      }
    } finally {
      hold.takeBack();
    }
  }
}
