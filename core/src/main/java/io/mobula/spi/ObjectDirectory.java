package io.mobula.spi;

import io.mobula.ObjectId;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Who has what and who holds what in the cluster, as one node sees it: it says what it holds and
 * has, asks where things are, and hears what nobody holds any more.
 *
 * <p>An object is known here from the moment its ref leaves the node that made it. Holders are
 * nodes and containing objects; how many handles a node has is that node's business. What a node
 * says is state, not operations: the newest word on an object counts, and is repeated until it has
 * been understood, so no call here waits for the network and none is lost while shards move.
 *
 * <p>Three rules keep an object alive that somebody can reach:
 *
 * <ul>
 *   <li>Whoever publishes an object, or passes its ref on, holds it at that moment.
 *   <li>Whoever passes a ref on goes on holding it until the receiver's {@link HoldStatement} has
 *       come back; then {@link #relayStatements} before {@link #release}: both go out as one.
 *   <li>Whoever puts refs into a value holds them while it publishes that value.
 * </ul>
 *
 * <p>Safe for all threads; nothing blocks.
 */
public interface ObjectDirectory extends AutoCloseable {

  /** This node holds the object: its first handle here has come into being. */
  void hold(ObjectId id);

  /** This node holds it no more. What it has of it stays until the listener hears otherwise. */
  void release(ObjectId id);

  /**
   * This node sees to it that the object comes into being; whoever asks for it waits meanwhile.
   * Ends with {@link #publish}.
   *
   * @param attempt from one; zero says that this node has given up
   */
  void reportAttempt(ObjectId id, int attempt);

  /**
   * The object is there. One attempt is accepted; a copy of another is refused, and the listener
   * told to drop it. Ids of refs inside are kept alive by the object.
   *
   * <p>A value or a failure stays with the directory, and is kept here as well until nobody holds
   * the object, so that it survives the loss of this node or of the directory's.
   */
  void publish(ObjectId id, PublishedObject what);

  /** How the object can be made again. What that needs is kept alive by the object. */
  void recordLineage(ObjectId id, Lineage lineage);

  /**
   * Says why the object cannot be made again: nobody will {@link #recordLineage} how.
   *
   * @param why who made it and why it is not made again, for people; shown when the object is lost.
   *     Short, as the directory keeps it for as long as the object is held
   */
  void markNotReconstructible(ObjectId id, String why);

  /** The copy that was sealed here is gone. */
  void retract(ObjectId id);

  /**
   * Finds the object; completes when it is there, or lost. Waits while somebody is making it and
   * while a shard of the directory is being put together anew.
   *
   * <p>Fails when this directory is closed, and when no shard of the directory attends to the
   * question for as long as askers have patience. Dependents run on a thread of the actor system
   * and must not block.
   *
   * @param lostAttempt which attempt the asker knows to have been made, and to have been at a node
   *     that has left; zero if it knows of none. Whoever knows it is told at once that the object
   *     is lost, if it is: a shard that has just started knows of no attempt, and would wait for
   *     one
   */
  CompletionStage<LocateResult> locate(ObjectId id, int lostAttempt);

  /**
   * Asks to make a lost object again: one asker is granted it.
   *
   * @param lostAttempt which attempt could not be read; zero if none was ever found
   */
  CompletionStage<ReconstructionReply> requestReconstruction(ObjectId id, int lostAttempt);

  /** What this node says about its hold on an object, to be carried by a frame. */
  HoldStatement statementOf(ObjectId id);

  /**
   * Passes on what others say about their holds, together with what this node says next about the
   * same objects: "add them, remove me" is one message.
   */
  void relayStatements(List<HoldStatement> others);

  /**
   * Holds the object for a ref that travels where nobody answers for it, such as a user's own Akka
   * message.
   *
   * @param limit when it ends in any case
   * @return goes with the ref, for {@link #endTransit}
   */
  long beginTransit(ObjectId id, Duration limit);

  /** Holds the object here and ends the transit that brought it. */
  void endTransit(ObjectId id, long transit);

  /** Says no more, answers no more; what waits fails. Leaving is told by the membership. */
  @Override
  void close();
}
