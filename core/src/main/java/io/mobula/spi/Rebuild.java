package io.mobula.spi;

import io.mobula.NodeId;

/** Whether an object may be made again by the node that asked. */
public sealed interface Rebuild {

  /**
   * It may, and is now taken for making it until it publishes or gives up.
   *
   * @param attempt the number of this run
   * @param recipe as it was remembered
   */
  @SuppressWarnings("ArrayRecordComponent") // bytes are handed on, never compared
  record Granted(int attempt, byte[] recipe) implements Rebuild {}

  /**
   * Somebody else is making it: locate it and wait.
   *
   * @param maker who
   */
  record Elsewhere(NodeId maker) implements Rebuild {}

  /** It can be read: locate it. */
  record Unneeded() implements Rebuild {}

  /**
   * It cannot be made again.
   *
   * @param reason for people
   */
  record Impossible(String reason) implements Rebuild {}
}
