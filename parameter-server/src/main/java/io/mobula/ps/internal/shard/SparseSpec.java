package io.mobula.ps.internal.shard;

import io.mobula.ps.Partitioner;
import io.mobula.ps.clock.Consistency;
import io.mobula.ps.error.KeyException;
import io.mobula.ps.internal.kernel.DenseKernel;
import io.mobula.ps.internal.kernel.NumberType;
import io.mobula.ps.internal.row.RowInitializer;
import io.mobula.ps.optimizer.Optimizer;
import java.util.Objects;

/**
 * Immutable specification of a sparse table, shared by its shards and its workers.
 *
 * @param id number of the table within its server
 * @param name name given by the user
 * @param numberType type of the numbers
 * @param width how many numbers a row has
 * @param optimizer applies gradients
 * @param consistency how many steps workers may be apart
 * @param initial initial values of rows
 * @param partitioner function from keys to shards
 * @param hotKeys number of hot keys that each worker caches; 0 for none
 */
public record SparseSpec(
    int id,
    String name,
    NumberType numberType,
    int width,
    Optimizer optimizer,
    Consistency consistency,
    RowInitializer initial,
    Partitioner partitioner,
    int hotKeys)
    implements TableSpec {

  /** Refuses nulls, and row widths out of bounds. */
  public SparseSpec {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(numberType, "numberType");
    Objects.requireNonNull(optimizer, "optimizer");
    Objects.requireNonNull(consistency, "consistency");
    Objects.requireNonNull(initial, "initial");
    Objects.requireNonNull(partitioner, "partitioner");
    if (width < 1 || width > DenseKernel.BLOCK) {
      throw new IllegalArgumentException(
          "Wanted rows of " + width + " numbers: from 1 to " + DenseKernel.BLOCK + ".");
    }
  }

  /** Returns this specification with another table number. */
  public SparseSpec withId(int number) {
    return new SparseSpec(
        number, name, numberType, width, optimizer, consistency, initial, partitioner, hotKeys);
  }

  /** Returns this specification with another number type. */
  public SparseSpec with(NumberType changed) {
    return new SparseSpec(
        id, name, changed, width, optimizer, consistency, initial, partitioner, hotKeys);
  }

  /** Returns this specification with another optimizer. */
  public SparseSpec with(Optimizer changed) {
    return new SparseSpec(
        id, name, numberType, width, changed, consistency, initial, partitioner, hotKeys);
  }

  /** Returns this specification with another consistency rule. */
  public SparseSpec with(Consistency changed) {
    return new SparseSpec(
        id, name, numberType, width, optimizer, changed, initial, partitioner, hotKeys);
  }

  /** Returns this specification with other initial values. */
  public SparseSpec with(RowInitializer changed) {
    return new SparseSpec(
        id, name, numberType, width, optimizer, consistency, changed, partitioner, hotKeys);
  }

  /** Returns this specification with another number of hot keys. */
  public SparseSpec with(int changed) {
    return new SparseSpec(
        id, name, numberType, width, optimizer, consistency, initial, partitioner, changed);
  }

  /** Returns this specification with another function from keys to shards. */
  public SparseSpec with(Partitioner changed) {
    return new SparseSpec(
        id, name, numberType, width, optimizer, consistency, initial, changed, hotKeys);
  }

  /**
   * Returns the shard that holds a key.
   *
   * @param shards number of shards
   * @throws KeyException when the key is outside the table, or the partitioner gives no valid shard
   * @throws io.mobula.ps.error.TableException when the partitioner fails
   */
  public int shardOf(long key, int shards) {
    int shard;
    try {
      shard = partitioner.shardOf(key, shards);
    } catch (KeyException outside) {
      throw outside;
    } catch (Throwable thrown) {
      var method = "shardOf(" + key + ", " + shards + ")";
      throw UserCodeFailures.of(method, "partitioner", partitioner, toString(), thrown);
    }
    if (shard < 0 || shard >= shards) {
      throw new KeyException(
          "The partitioner of " + this + " gives shard " + shard + " for key " + key
              + ": there are " + shards + ", from 0.",
          null);
    }
    return shard;
  }

  @Override
  public String shape() {
    return "sparse rows of " + width + " " + numberType.pluralName() + ", "
        + GuardedOptimizer.of(this).stateVectors() + " state vectors";
  }

  /** Returns a description for messages and reports. */
  @Override
  public String toString() {
    return "sparse table " + name + " of " + width + " " + numberType.pluralName() + " a row";
  }
}
