package io.mobula.internal.node;

import akka.actor.typed.ActorRefResolver;
import io.mobula.error.PlacementGroupException;
import io.mobula.internal.actor.ActorEngine;
import io.mobula.internal.checkpoint.CheckpointDirectory;
import io.mobula.internal.placement.LeaseSource;
import io.mobula.internal.task.TaskEngine;
import io.mobula.placement.PlacementGroupId;
import io.mobula.spi.ActorNameDirectory;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Engines of a node that run its work.
 *
 * @param tasks the engine of tasks
 * @param actors the engine of actors
 */
record WorkEngines(TaskEngine tasks, ActorEngine actors) {

  /** Creates engines whose work gets its leases from that source. */
  static WorkEngines create(LocalParts local, LeaseSource leaseSource, ActorNameDirectory names) {
    var settings = local.settings();
    var tasks = new TaskEngine(
        new TaskEngine.Dependencies(
            local.runtime(),
            local.objects(),
            local.binder(),
            leaseSource,
            local.timer(),
            local.job()::current),
        settings.tasks(),
        local.threads().slots());
    var actors = new ActorEngine(
        new ActorEngine.Dependencies(
            local.runtime(),
            local.objects(),
            local.binder(),
            leaseSource,
            local.timer(),
            local.spawner()::spawnAsync,
            names,
            ActorRefResolver.get(local.system()),
            local.job()::current,
            checkpoints(local)),
        local.threads().methods(),
        local.threads().virtualThreads());
    return new WorkEngines(tasks, actors);
  }

  private static @Nullable CheckpointDirectory checkpoints(LocalParts local) {
    var settings = local.settings();
    var directory = settings.actors().checkpointDirectory();
    return directory == null
        ? null
        : new CheckpointDirectory(
            directory, settings.cluster().identity().cluster(), local.codec());
  }

  /**
   * Ends the work that runs in a group or waits for it, as the group has ended.
   *
   * @param how what became of the group, as text
   * @param exception makes the exception from the name of what ends
   */
  void endGroup(
      PlacementGroupId group, String how, Function<String, PlacementGroupException> exception) {
    tasks.end(group, exception::apply);
    actors.endGroup(group, how, exception::apply);
  }

  /** Accepts no more work, and fails what has no outcome yet. */
  void close() {
    tasks.close();
    actors.close();
  }

  /** Returns whether work that was begun here has no outcome yet. */
  boolean areBusy() {
    return tasks.isBusy() || actors.isBusy();
  }
}
