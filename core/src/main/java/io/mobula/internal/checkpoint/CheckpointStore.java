package io.mobula.internal.checkpoint;

import org.jspecify.annotations.Nullable;

/**
 * Where the checkpoints of one actor are kept. For the thread that runs the actor; blocks.
 *
 * <p>Every method throws {@link io.mobula.error.ActorCheckpointException} when it cannot do what it
 * says.
 */
public interface CheckpointStore {

  /** Keeps a checkpoint, which is the latest from then on; an older one may go. */
  void save(SavedState saved);

  /**
   * The latest one that can be read, or null if there is none.
   *
   * @param known a version that is known to have been saved; that one or a later one must be here,
   *     though it may have come to harm
   */
  @Nullable
  SavedState latest(CheckpointVersion known);

  /**
   * The state has been taken up by a new incarnation of the actor: what an older one saves from now
   * on does not count.
   */
  void beginTerm(CheckpointVersion takenUp, CheckpointVersion first);

  /** Removes all of it: the actor has ended for good. */
  void delete();
}
