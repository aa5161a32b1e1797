package io.mobula.ps.shard;

import io.mobula.ps.clock.Consistency;
import io.mobula.ps.kernel.Kernel;
import io.mobula.ps.optimizer.Optimizer;
import io.mobula.ps.row.KeyHash;
import java.io.Serializable;
import java.util.Objects;

/**
 * What a sparse table is, the same for its shards and its workers.
 *
 * @param id names it among the tables of its server
 * @param name what people call it
 * @param width how many floats a row has
 * @param optimizer what applies gradients
 * @param consistency how far apart its workers may be
 * @param initial how a row begins
 * @param placement which shard has a key
 * @param hotKeys how many of the most pushed keys workers have copies of; 0 for none
 */
public record SparseSpec(
    int id,
    String name,
    int width,
    Optimizer optimizer,
    Consistency consistency,
    Initial initial,
    KeyPlacement placement,
    int hotKeys)
    implements TableSpec {

  /**
   * How a row begins: even over {@code -range} to {@code range}, the same for a key whoever asks
   * first.
   *
   * @param range 0 for rows of zeros
   * @param seed another one gives other rows
   */
  public record Initial(float range, long seed) implements Serializable {
    /** Refuses a range that is none. */
    public Initial {
      if (!(range >= 0 && range < Float.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException(
            "Wanted rows that begin from -" + range + " to " + range + ": use 0 or more.");
      }
    }

    /** The first value of a number of a row. */
    float at(long key, int column) {
      if (range == 0) {
        return 0;
      }
      long bits = KeyHash.mixed(KeyHash.mixed(key + seed) + column);
      return range * ((bits >>> 40) * 0x1p-23f - 1);
    }
  }

  /** Refuses nulls, and rows of nothing. */
  public SparseSpec {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(optimizer, "optimizer");
    Objects.requireNonNull(consistency, "consistency");
    Objects.requireNonNull(initial, "initial");
    Objects.requireNonNull(placement, "placement");
    if (width < 1 || width > Kernel.BLOCK) {
      throw new IllegalArgumentException(
          "Wanted rows of " + width + " numbers: from 1 to " + Kernel.BLOCK + ".");
    }
  }

  /** The same under that number. */
  public SparseSpec numbered(int number) {
    return new SparseSpec(number, name, width, optimizer, consistency, initial, placement, hotKeys);
  }

  /** The same with another optimizer. */
  public SparseSpec with(Optimizer changed) {
    return new SparseSpec(id, name, width, changed, consistency, initial, placement, hotKeys);
  }

  /** The same with another rule. */
  public SparseSpec with(Consistency changed) {
    return new SparseSpec(id, name, width, optimizer, changed, initial, placement, hotKeys);
  }

  /** The same with rows that begin otherwise. */
  public SparseSpec with(Initial changed) {
    return new SparseSpec(id, name, width, optimizer, consistency, changed, placement, hotKeys);
  }

  /** The same with copies of so many keys. */
  public SparseSpec with(int changed) {
    return new SparseSpec(id, name, width, optimizer, consistency, initial, placement, changed);
  }

  /** The same with keys on other shards. */
  public SparseSpec with(KeyPlacement changed) {
    return new SparseSpec(id, name, width, optimizer, consistency, initial, changed, hotKeys);
  }

  @Override
  public String shape() {
    return "sparse rows of " + width + " floats, " + optimizer.stateVectors() + " state vectors";
  }

  /** What people read in errors and reports. */
  @Override
  public String toString() {
    return "sparse table " + name + " of " + width + " floats a row";
  }
}
