package io.mobula.internal.checkpoint;

/**
 * What a checkpoint holds.
 *
 * @param version which one it is
 * @param calls the calls whose effects are in it, as whoever saved it wrote them
 * @param state what the actor gave
 */
@SuppressWarnings("ArrayRecordComponent") // handed on, never compared
public record SavedState(CheckpointVersion version, byte[] calls, Object state) {}
