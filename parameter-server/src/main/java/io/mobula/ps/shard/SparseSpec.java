package io.mobula.ps.shard;

import io.mobula.ps.clock.Consistency;
import io.mobula.ps.kernel.DenseKernel;
import io.mobula.ps.kernel.NumberType;
import io.mobula.ps.optimizer.Optimizer;
import io.mobula.ps.row.RowInitializer;
import java.util.Objects;

/**
 * What a sparse table is, the same for its shards and its workers.
 *
 * @param id names it among the tables of its server
 * @param name what people call it
 * @param numberType what its numbers are
 * @param width how many numbers a row has
 * @param optimizer what applies gradients
 * @param consistency how far apart its workers may be
 * @param initial how a row begins
 * @param placement which shard has a key
 * @param hotKeys how many of the most pushed keys workers have copies of; 0 for none
 */
public record SparseSpec(
    int id,
    String name,
    NumberType numberType,
    int width,
    Optimizer optimizer,
    Consistency consistency,
    RowInitializer initial,
    KeyPlacement placement,
    int hotKeys)
    implements TableSpec {

  /** Refuses nulls, and rows of nothing. */
  public SparseSpec {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(numberType, "element");
    Objects.requireNonNull(optimizer, "optimizer");
    Objects.requireNonNull(consistency, "consistency");
    Objects.requireNonNull(initial, "initial");
    Objects.requireNonNull(placement, "placement");
    if (width < 1 || width > DenseKernel.BLOCK) {
      throw new IllegalArgumentException(
          "Wanted rows of " + width + " numbers: from 1 to " + DenseKernel.BLOCK + ".");
    }
  }

  /** The same under that number. */
  public SparseSpec withId(int number) {
    return new SparseSpec(
        number, name, numberType, width, optimizer, consistency, initial, placement, hotKeys);
  }

  /** The same with such numbers. */
  public SparseSpec with(NumberType changed) {
    return new SparseSpec(
        id, name, changed, width, optimizer, consistency, initial, placement, hotKeys);
  }

  /** The same with another optimizer. */
  public SparseSpec with(Optimizer changed) {
    return new SparseSpec(
        id, name, numberType, width, changed, consistency, initial, placement, hotKeys);
  }

  /** The same with another rule. */
  public SparseSpec with(Consistency changed) {
    return new SparseSpec(
        id, name, numberType, width, optimizer, changed, initial, placement, hotKeys);
  }

  /** The same with rows that begin otherwise. */
  public SparseSpec with(RowInitializer changed) {
    return new SparseSpec(
        id, name, numberType, width, optimizer, consistency, changed, placement, hotKeys);
  }

  /** The same with copies of so many keys. */
  public SparseSpec with(int changed) {
    return new SparseSpec(
        id, name, numberType, width, optimizer, consistency, initial, placement, changed);
  }

  /** The same with keys on other shards. */
  public SparseSpec with(KeyPlacement changed) {
    return new SparseSpec(
        id, name, numberType, width, optimizer, consistency, initial, changed, hotKeys);
  }

  @Override
  public String shape() {
    return "sparse rows of " + width + " " + numberType.pluralName() + ", "
        + optimizer.stateVectors() + " state vectors";
  }

  /** What people read in errors and reports. */
  @Override
  public String toString() {
    return "sparse table " + name + " of " + width + " " + numberType.pluralName() + " a row";
  }
}
