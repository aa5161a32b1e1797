package io.mobula.internal.actor;

import io.mobula.ActorId;
import io.mobula.internal.checkpoint.CheckpointVersion;
import io.mobula.internal.store.ObjectFailure;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Notifier of the owner of one hosted actor, whoever that is at the moment. It also registers this
 * node as a keeper of the actor's name. Called from any thread.
 */
final class OwnerNotifier implements ActorLifecycleListener {
  private final RoleServices shared;
  private final OwnerReports reports;
  private final CheckpointReplicator replicator;
  private final ActorId id;
  private final ActorAddress address;
  private volatile int restarts;

  OwnerNotifier(
      RoleServices shared,
      OwnerReports reports,
      CheckpointReplicator replicator,
      ActorId id,
      IncarnationSpec.History history,
      ActorAddress address) {
    this.shared = shared;
    this.reports = reports;
    this.replicator = replicator;
    this.id = id;
    this.address = address;
    this.restarts = history.restarts();
  }

  /** Reports everything to a new owner. */
  void notifyNewOwner(ActorCell cell) {
    reports.placed(id, address);
    restarted(restarts);
    registerName(cell, cell.instanceType());
  }

  /**
   * Registers this node as a keeper of the actor's name.
   *
   * @param made the class of the user's object, or null before it is constructed
   */
  void registerName(ActorCell cell, @Nullable Class<?> made) {
    var descriptor = cell.descriptor();
    var names = shared.services().names();
    var owner = shared.known().ownerOf(id);
    names.register(new ActorDescriptor.SerializedHandle(descriptor, address, owner), made);
    if (cell.isDead() && (!descriptor.durable() || cell.isStopped())) {
      names.release(descriptor); // it may have released its name before
    }
  }

  @Override
  public void made(ActorCell cell, Class<?> type) {
    registerName(cell, type);
  }

  @Override
  public void restarted(int times) {
    restarts = times;
    reports.restarted(id, address, times);
  }

  @Override
  public void checkpointed(CheckpointVersion version) {
    reports.checkpointed(id, address, version);
  }

  @Override
  public CompletableFuture<String> replicate(ReplicatedCheckpoint state) {
    return replicator.replicate(id, state);
  }

  @Override
  public void died(ObjectFailure why) {
    shared.known().hosted().remove(id);
    reports.died(id, address, why);
  }

  @Override
  public void ended() {
    reports.ended(id, address);
    shared.known().forgetOwner(id);
  }
}
