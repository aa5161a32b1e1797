package io.mobula.internal.actor;

import io.mobula.error.ActorCheckpointException;
import io.mobula.internal.checkpoint.CheckpointDirectory;
import io.mobula.internal.checkpoint.CheckpointStore;
import io.mobula.internal.checkpoint.DurableActorDirectory;
import io.mobula.internal.checkpoint.FileCheckpointStore;
import io.mobula.internal.store.ObjectStore;
import io.mobula.spi.DelayTimer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files of this node's actors in the checkpoint directory, if the node has one, and the node's mark
 * there. Safe for all threads; blocks for the disk.
 */
public final class ActorFiles {
  private static final Logger LOG = LoggerFactory.getLogger(ActorFiles.class);
  private static final Duration BETWEEN_RENEWALS = Duration.ofHours(4);
  private static final Duration BETWEEN_MARK_TRIES = Duration.ofSeconds(30);

  private final @Nullable CheckpointDirectory directory;
  private final ObjectStore store;
  private final DelayTimer timer;
  private volatile boolean closed;

  ActorFiles(@Nullable CheckpointDirectory directory, ObjectStore store, DelayTimer timer) {
    this.directory = directory;
    this.store = store;
    this.timer = timer;
  }

  // ---- the node's mark

  /** Registers this node, which is about to join, as a user of the checkpoint directory. */
  public void register() {
    if (directory != null) {
      directory.register(store.node());
      renew(directory);
    }
  }

  private void renew(CheckpointDirectory in) {
    var _ = timer.after(in.isRegistered() ? BETWEEN_RENEWALS : BETWEEN_MARK_TRIES, () -> {
      if (!closed) {
        store.threads().runInBackground(() -> {
          try {
            in.renew();
          } finally {
            renew(in);
          }
        });
      }
    });
  }

  /** Removes stale checkpoints, as this node has joined and is alone in its cluster. */
  public void removeLeftovers() {
    if (directory != null) {
      var in = directory;
      var leftovers = in.takeLeftovers();
      if (!leftovers.isEmpty()) {
        store.threads().runInBackground(() -> in.remove(leftovers));
      }
    }
  }

  /** Removes the registration, as this node's actors have ended and save nothing any more. */
  public void unregister() {
    if (directory != null) {
      directory.unregister();
    }
  }

  /** Stops renewing the registration. */
  void close() {
    closed = true;
  }

  // ---- the files of one actor

  /** Returns the store of the actor's checkpoints, or null if its state is not saved. */
  @Nullable
  CheckpointStore checkpointsOf(ActorCell cell) {
    if (!cell.options().checkpointPolicy().isOn()) {
      return null;
    }
    var files = of(cell.descriptor());
    return files == null ? new ReplicatedCheckpointStore(cell) : files;
  }

  private @Nullable FileCheckpointStore of(ActorDescriptor descriptor) {
    if (directory == null) {
      return null;
    }
    var name = descriptor.name();
    return descriptor.durable() && name != null
        ? directory.ofName(name, descriptor.id(), descriptor.describe())
        : directory.of(descriptor.id(), descriptor.describe());
  }

  /** Returns what the durable actors of the actor's name have on disk, or null if it has none. */
  private @Nullable DurableActorDirectory ofName(ActorDescriptor descriptor) {
    var name = descriptor.name();
    return directory != null && descriptor.durable() && name != null
        ? directory.ofName(name)
        : null;
  }

  /**
   * Writes the definition of a durable actor to disk, if it is made for the first time, and gives
   * it the checkpoints of the former actor of its name.
   */
  void define(ActorCell cell) throws Exception {
    if (cell.descriptor().durable()) {
      DurableActors.define(cell, of(cell.descriptor()), ofName(cell.descriptor()));
    }
  }

  /** Deletes the files of an actor that has ended for good. Files that stay are logged. */
  void delete(ActorDescriptor descriptor) {
    var files = of(descriptor);
    if (files != null) {
      try {
        files.delete();
        var shared = ofName(descriptor);
        if (shared != null) {
          shared.removeIfEmpty();
        }
      } catch (ActorCheckpointException e) {
        LOG.warn("Checkpoints of an actor that has ended stay: {}", e.getMessage());
      }
    }
  }
}
