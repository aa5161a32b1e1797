package io.mobula.internal.cluster;

/**
 * Marker of the messages between nodes about membership, ledgers, the directory and actors' life
 * cycles: Akka messages in Jackson CBOR, readable by the previous release.
 */
public interface ControlMessage {}
