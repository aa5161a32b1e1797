package io.mobula.ps.internal.shard;

import io.mobula.ps.clock.Consistency;
import io.mobula.ps.optimizer.Optimizer;
import java.io.Serializable;

/** Immutable specification of a table of either kind. */
public sealed interface TableSpec extends Serializable permits DenseSpec, SparseSpec {
  /** Returns the number of the table within its server. */
  int id();

  /** Returns the name given by the user. */
  String name();

  /** Returns the optimizer that applies gradients. */
  Optimizer optimizer();

  /** Returns the rule for how many steps workers may be apart. */
  Consistency consistency();

  /** Returns the optimizer's description for checkpoints; its class name if it has none. */
  default String optimizerText() {
    return UserCodeFailures.describe(optimizer());
  }

  /** Returns the properties in which two tables must agree to exchange their numbers. */
  String shape();
}
