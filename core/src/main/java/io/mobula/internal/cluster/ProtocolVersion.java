package io.mobula.internal.cluster;

/**
 * The version of what nodes say to each other. Nodes of different versions do not form a cluster.
 */
final class ProtocolVersion {
  /** Raised when a message changes so that the release before could not read it. */
  static final int VERSION = Integer.getInteger("io.mobula.cluster.protocol", 3);

  private ProtocolVersion() {}
}
