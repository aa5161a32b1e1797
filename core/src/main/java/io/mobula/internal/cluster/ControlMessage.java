package io.mobula.internal.cluster;

/**
 * Marks what nodes tell each other about membership, ledgers, the directory and the life of actors:
 * Akka messages in Jackson CBOR, readable by the release before.
 */
public interface ControlMessage {}
