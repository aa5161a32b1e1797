package io.mobula.internal.cluster;

/** Version of the protocol between nodes. Nodes of different versions do not form a cluster. */
final class ProtocolVersion {
  /**
   * Present version; raised when a message changes so that the previous release could not read it.
   */
  static final int VERSION = Integer.getInteger("io.mobula.cluster.protocol", 5);

  private ProtocolVersion() {}
}
