package io.mobula.internal.actor;

import io.mobula.ObjectId;
import io.mobula.internal.execution.CpuHold;
import io.mobula.internal.execution.Execution;
import io.mobula.internal.placement.PlacementGroupCodec;
import io.mobula.placement.Resources;
import org.jspecify.annotations.Nullable;

/**
 * Factory of the executions of one actor, in which its constructor, its methods and its checkpoints
 * run, with the CPUs that they hold. Changed by the actor's thread only.
 */
final class ActorExecutions {
  private final ActorCell cell;
  private final boolean concurrent;
  private SharedCpuHold shared = new SharedCpuHold(CpuHold.NOTHING);

  /**
   * Makes a factory for an actor without a lease.
   *
   * @param concurrent whether several methods may run at once
   */
  ActorExecutions(ActorCell cell, boolean concurrent) {
    this.cell = cell;
    this.concurrent = concurrent;
  }

  /** Uses the CPUs of the cell's lease, which the ledger has granted, from now on. */
  void onLease() {
    shared = new SharedCpuHold(lease());
  }

  /** Returns the CPUs that the methods which run at the same time share. */
  SharedCpuHold shared() {
    return shared;
  }

  /**
   * Makes the execution of one run of users' code.
   *
   * @param run the call whose method runs, or null for a constructor or a checkpoint
   */
  Execution of(String name, int attempt, @Nullable ActorCallRun run) {
    var asked = cell.options().resources();
    var result = run == null
        ? new ObjectId(cell.store().node().incarnation(), 0, 0)
        : run.result().id();
    var identity = new Execution.Identity(
        cell.services().given().runtime(),
        result,
        name,
        attempt,
        asked == null ? Resources.none() : asked,
        null,
        cell.job(),
        cell.descriptor().displayName(),
        PlacementGroupCodec.of(cell.options().placement()));
    return new Execution(identity, cell, concurrent ? shared : lease(), cell::ownHandle);
  }

  private CpuHold lease() {
    var lease = cell.lease().present();
    return lease == null ? CpuHold.NOTHING : lease;
  }
}
