package io.mobula.internal.checkpoint;

import org.jspecify.annotations.Nullable;

/**
 * Store for the checkpoints of one actor. For the thread that runs the actor; blocks.
 *
 * <p>Every method throws {@link io.mobula.error.ActorCheckpointException} when it fails.
 */
public interface CheckpointStore {

  /** Saves a checkpoint, which becomes the latest; older ones may be deleted. */
  void save(SavedState saved);

  /**
   * Returns the latest checkpoint that can be read, or null if there is none.
   *
   * @param known a version that is known to have been saved; that version or a later one must be
   *     here, though it may be damaged
   */
  @Nullable
  SavedState latest(CheckpointVersion known);

  /**
   * Begins a term, as a new incarnation of the actor has restored a checkpoint. Checkpoints that an
   * older incarnation saves from now on do not count.
   */
  void beginTerm(CheckpointVersion takenUp, CheckpointVersion first);

  /** Deletes all checkpoints, as the actor has ended for good. */
  void delete();
}
