package io.mobula.internal.checkpoint;

/**
 * Content of one checkpoint of an actor.
 *
 * @param version the version of the checkpoint
 * @param calls the calls whose effects the state contains, encoded by the caller
 * @param state the state that the actor returned from {@code save}
 */
@SuppressWarnings("ArrayRecordComponent") // passed on, never compared
public record SavedState(CheckpointVersion version, byte[] calls, Object state) {}
