package io.mobula.ps.shard;

import io.mobula.ps.clock.Consistency;
import io.mobula.ps.optimizer.Optimizer;
import java.io.Serializable;

/** What a table is, whatever its kind. */
public sealed interface TableSpec extends Serializable permits DenseSpec, SparseSpec {
  /** Names it among the tables of its server. */
  int id();

  /** What people call it. */
  String name();

  /** What applies gradients. */
  Optimizer optimizer();

  /** How far apart its workers may be. */
  Consistency consistency();

  /** What has to be alike in a table for it to have the numbers of another. */
  String shape();
}
