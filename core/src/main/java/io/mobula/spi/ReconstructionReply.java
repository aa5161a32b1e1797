package io.mobula.spi;

import io.mobula.NodeId;

/** Reply of the directory to a node that asks to reconstruct an object. */
public sealed interface ReconstructionReply {

  /**
   * Permission: the directory considers the node the producer until it publishes the object or
   * gives up.
   *
   * @param attempt number of this attempt
   * @param reconstructionSpec the encoded task, as it was recorded
   */
  @SuppressWarnings("ArrayRecordComponent") // bytes are passed on, never compared
  record Granted(int attempt, byte[] reconstructionSpec) implements ReconstructionReply {}

  /**
   * Refusal because another node reconstructs the object: locate it and wait.
   *
   * @param maker the node that reconstructs the object
   */
  record InProgress(NodeId maker) implements ReconstructionReply {}

  /** Refusal because the object can be read: locate it. */
  record NotNeeded() implements ReconstructionReply {}

  /**
   * Refusal because the object cannot be reconstructed.
   *
   * @param reason text for people
   */
  record Impossible(String reason) implements ReconstructionReply {}
}
