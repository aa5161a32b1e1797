package io.mobula.ps.internal.shard;

import io.mobula.ps.clock.Consistency;
import io.mobula.ps.compression.Compression;
import io.mobula.ps.internal.kernel.NumberType;
import io.mobula.ps.optimizer.Aggregator;
import io.mobula.ps.optimizer.Optimizer;
import java.util.Objects;

/**
 * Immutable specification of a dense table, shared by its shards and its workers.
 *
 * @param id number of the table within its server
 * @param name name given by the user
 * @param numberType type of the parameters
 * @param size number of parameters
 * @param optimizer applies gradients
 * @param consistency how many steps workers may be apart
 * @param compression compression of gradients on their way to the shards
 * @param limits limits on the size of gradients
 * @param aggregator combines the gradients of a step, in bulk synchronous tables
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
  /** Refuses null in any component. */
  public DenseSpec {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(numberType, "numberType");
    Objects.requireNonNull(optimizer, "optimizer");
    Objects.requireNonNull(consistency, "consistency");
    Objects.requireNonNull(compression, "compression");
    Objects.requireNonNull(limits, "limits");
    Objects.requireNonNull(aggregator, "aggregator");
  }

  /** Returns this specification with another table number. */
  public DenseSpec withId(int number) {
    return new DenseSpec(
        number, name, numberType, size, optimizer, consistency, compression, limits, aggregator);
  }

  /** Returns this specification with another number type. */
  public DenseSpec with(NumberType changed) {
    return new DenseSpec(
        id, name, changed, size, optimizer, consistency, compression, limits, aggregator);
  }

  /** Returns this specification with another optimizer. */
  public DenseSpec with(Optimizer changed) {
    return new DenseSpec(
        id, name, numberType, size, changed, consistency, compression, limits, aggregator);
  }

  /** Returns this specification with another consistency rule. */
  public DenseSpec with(Consistency changed) {
    return new DenseSpec(
        id, name, numberType, size, optimizer, changed, compression, limits, aggregator);
  }

  /** Returns this specification with another compression. */
  public DenseSpec with(Compression changed) {
    return new DenseSpec(
        id, name, numberType, size, optimizer, consistency, changed, limits, aggregator);
  }

  /** Returns this specification with another aggregator. */
  public DenseSpec with(Aggregator changed) {
    return new DenseSpec(
        id, name, numberType, size, optimizer, consistency, compression, limits, changed);
  }

  /** Returns this specification with other limits. */
  public DenseSpec with(GradientLimits changed) {
    return new DenseSpec(
        id, name, numberType, size, optimizer, consistency, compression, changed, aggregator);
  }

  /**
   * Returns whether gradients are combined by their mean.
   *
   * @throws io.mobula.ps.error.TableException when the aggregator fails
   */
  public boolean hasMean() {
    return GuardedAggregator.of(this).isMean();
  }

  /** Returns the aggregator's description for messages. */
  public String aggregatorText() {
    return UserCodeFailures.describe(aggregator);
  }

  @Override
  public String shape() {
    return "dense " + numberType.pluralName() + ", " + GuardedOptimizer.of(this).stateVectors()
        + " state vectors";
  }

  /** Returns a description for messages and reports. */
  @Override
  public String toString() {
    return "table " + name + " of " + size + " " + numberType.pluralName();
  }
}
