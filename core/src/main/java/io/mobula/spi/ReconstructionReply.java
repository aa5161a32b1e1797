package io.mobula.spi;

import io.mobula.NodeId;

/** Whether an object may be made again by the node that asked. */
public sealed interface ReconstructionReply {

  /**
   * It may, and is now taken for making it until it publishes or gives up.
   *
   * @param attempt the number of this run
   * @param reconstructionSpec as it was remembered
   */
  @SuppressWarnings("ArrayRecordComponent") // bytes are handed on, never compared
  record Granted(int attempt, byte[] reconstructionSpec) implements ReconstructionReply {}

  /**
   * Somebody else is making it: locate it and wait.
   *
   * @param maker who
   */
  record InProgress(NodeId maker) implements ReconstructionReply {}

  /** It can be read: locate it. */
  record NotNeeded() implements ReconstructionReply {}

  /**
   * It cannot be made again.
   *
   * @param reason for people
   */
  record Impossible(String reason) implements ReconstructionReply {}
}
