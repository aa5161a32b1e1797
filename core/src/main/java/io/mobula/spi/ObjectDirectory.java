package io.mobula.spi;

import io.mobula.ObjectId;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Directory of the cluster's objects, as one node uses it: the node reports which objects it holds
 * and has copies of, asks where objects are, and learns which objects nothing holds any more.
 *
 * <p>The directory knows an object from the moment its ref leaves the node that created it. Holders
 * are nodes and containing objects; the number of handles within a node is the node's own matter. A
 * node reports state, not operations: its newest statement about an object counts, and is repeated
 * until it is acknowledged, so no method waits for the network and no statement is lost while
 * shards move.
 *
 * <p>Three rules keep every reachable object alive:
 *
 * <ul>
 *   <li>A node that publishes an object or passes its ref on holds the object at that moment.
 *   <li>A node that passes a ref on continues to hold the object until the receiver's
 *       {@link HoldStatement} has arrived, and then calls {@link #relayStatements} before
 *       {@link #release}: both are sent as one message.
 *   <li>A node that puts refs into a value holds their objects while it publishes that value.
 * </ul>
 *
 * <p>Safe for all threads; no method blocks.
 */
public interface ObjectDirectory extends AutoCloseable {

  /** Reports that this node holds the object: its first handle here was created. */
  void hold(ObjectId id);

  /**
   * Reports that this node no longer holds the object. A copy on this node stays until the listener
   * is notified.
   */
  void release(ObjectId id);

  /**
   * Reports that this node produces the object, so that readers wait for it. Ends with
   * {@link #publish}.
   *
   * @param attempt number of the attempt, from 1; 0 reports that this node has given up
   */
  void reportAttempt(ObjectId id, int attempt);

  /**
   * Publishes the object to the directory. One attempt is accepted; for a copy of another attempt
   * the listener is told to drop it. The object keeps the refs inside it alive.
   *
   * <p>A value or a failure is stored by the directory, and also here until nothing holds the
   * object, so that it survives the loss of this node or of the directory's node.
   */
  void publish(ObjectId id, PublishedObject what);

  /**
   * Records how the object can be reconstructed. The object keeps the inputs of its reconstruction
   * alive.
   */
  void recordLineage(ObjectId id, Lineage lineage);

  /**
   * Records that the object cannot be reconstructed: {@link #recordLineage} will not be called for
   * it.
   *
   * @param why which task produced the object and why it is not run again, for people; shown when
   *     the object is lost. Short, as the directory stores it while the object is held
   */
  void markNotReconstructible(ObjectId id, String why);

  /** Reports that the copy that was sealed here is gone. */
  void retract(ObjectId id);

  /**
   * Locates the object; completes when it exists or is lost. Waits while a node produces it and
   * while a shard of the directory is being rebuilt.
   *
   * <p>Fails when this directory is closed, and when no shard has acknowledged the query for the
   * length of the query timeout. Dependent stages run on a thread of the actor system and must not
   * block.
   *
   * @param lostAttempt attempt that the caller knows to have been made on a node that has left;
   *     zero if none. With it, a loss is reported at once: a shard that has just started knows of
   *     no attempt, and would wait for one
   */
  CompletionStage<LocateResult> locate(ObjectId id, int lostAttempt);

  /**
   * Requests permission to reconstruct a lost object; one caller is granted it.
   *
   * @param lostAttempt attempt that could not be read; zero if none was ever found
   */
  CompletionStage<ReconstructionReply> requestReconstruction(ObjectId id, int lostAttempt);

  /** Returns this node's statement about its hold on an object, to be carried by a frame. */
  HoldStatement statementOf(ObjectId id);

  /**
   * Relays other nodes' statements about their holds, together with this node's next statements
   * about the same objects: "add them, remove me" is one message.
   */
  void relayStatements(List<HoldStatement> others);

  /**
   * Holds the object for a ref in a message that has no acknowledgement, such as a program's own
   * Akka message.
   *
   * @param timeout how long the hold lasts at most
   * @return id of the hold, sent with the ref for {@link #endTransit}
   */
  long beginTransit(ObjectId id, Duration timeout);

  /** Holds the object on this node and ends the hold of the message that carried its ref. */
  void endTransit(ObjectId id, long transit);

  /**
   * Closes the directory: nothing more is sent or answered, and waiting stages fail. Membership
   * tells other nodes that this node has left.
   */
  @Override
  void close();
}
