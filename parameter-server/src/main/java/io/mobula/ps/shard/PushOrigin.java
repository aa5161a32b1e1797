package io.mobula.ps.shard;

/**
 * Who sends a push, and what a shard has to know to take it in once and in its step.
 *
 * @param worker tells it from all others
 * @param sequence its how manieth push to this shard in this layout, from 1
 * @param endedSteps how many steps it had ended
 * @param layout the version of the {@link ShardLayout} that it knows
 */
public record PushOrigin(long worker, long sequence, long endedSteps, int layout) {}
