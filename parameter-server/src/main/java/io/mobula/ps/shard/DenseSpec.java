package io.mobula.ps.shard;

import io.mobula.ps.clock.Consistency;
import io.mobula.ps.compression.Compression;
import io.mobula.ps.kernel.NumberType;
import io.mobula.ps.optimizer.Aggregator;
import io.mobula.ps.optimizer.Optimizer;
import java.util.Objects;

/**
 * What a dense table is, the same for its shards and its workers.
 *
 * @param id names it among the tables of its server
 * @param name what people call it
 * @param numberType what its numbers are
 * @param size how many there are
 * @param optimizer what applies gradients
 * @param consistency how far apart its workers may be
 * @param compression how gradients are made smaller on their way
 * @param limits what becomes of numbers that are too large
 * @param aggregator how the gradients of a step become one, where they wait for its end
 */
public record DenseSpec(
    int id,
    String name,
    NumberType numberType,
    long size,
    Optimizer optimizer,
    Consistency consistency,
    Compression compression,
    GradientLimits limits,
    Aggregator aggregator)
    implements TableSpec {
  /** Refuses nulls. */
  public DenseSpec {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(numberType, "element");
    Objects.requireNonNull(optimizer, "optimizer");
    Objects.requireNonNull(consistency, "consistency");
    Objects.requireNonNull(compression, "compression");
    Objects.requireNonNull(limits, "limits");
    Objects.requireNonNull(aggregator, "aggregator");
  }

  /** The same under that number. */
  public DenseSpec withId(int number) {
    return new DenseSpec(
        number, name, numberType, size, optimizer, consistency, compression, limits, aggregator);
  }

  /** The same with such numbers. */
  public DenseSpec with(NumberType changed) {
    return new DenseSpec(
        id, name, changed, size, optimizer, consistency, compression, limits, aggregator);
  }

  /** The same with another optimizer. */
  public DenseSpec with(Optimizer changed) {
    return new DenseSpec(
        id, name, numberType, size, changed, consistency, compression, limits, aggregator);
  }

  /** The same with another rule. */
  public DenseSpec with(Consistency changed) {
    return new DenseSpec(
        id, name, numberType, size, optimizer, changed, compression, limits, aggregator);
  }

  /** The same with another compression. */
  public DenseSpec with(Compression changed) {
    return new DenseSpec(
        id, name, numberType, size, optimizer, consistency, changed, limits, aggregator);
  }

  /** The same with another aggregator. */
  public DenseSpec with(Aggregator changed) {
    return new DenseSpec(
        id, name, numberType, size, optimizer, consistency, compression, limits, changed);
  }

  /** The same with other limits. */
  public DenseSpec with(GradientLimits changed) {
    return new DenseSpec(
        id, name, numberType, size, optimizer, consistency, compression, changed, aggregator);
  }

  @Override
  public String shape() {
    return "dense " + numberType.pluralName() + ", " + optimizer.stateVectors() + " state vectors";
  }

  /** What people read in errors and reports. */
  @Override
  public String toString() {
    return "table " + name + " of " + size + " " + numberType.pluralName();
  }
}
