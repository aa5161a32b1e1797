package io.mobula.ps.internal.shard;

/**
 * Origin of a push: its worker, and the numbers by which a shard applies each push once and in its
 * step.
 *
 * @param worker unique number of the worker
 * @param sequence sequence number of this push to this shard within the layout, from 1
 * @param endedSteps number of steps that the worker had ended
 * @param layout version of the {@link ShardLayout} that the worker knows
 */
public record PushOrigin(long worker, long sequence, long endedSteps, int layout) {}
