package io.mobula.internal.group;

/**
 * Timing of the group scheduler's protocol, in milliseconds.
 *
 * @param reportTimeout how long reports are awaited at the start
 * @param answerTimeout how long a node's answer is awaited; less than a reservation stands
 * @param minBackoff backoff after the first refusal; doubled each time
 * @param maxBackoff the maximum backoff
 * @param unschedulableTimeout how long a group may be unschedulable before it fails
 */
record SchedulerTiming(
    long reportTimeout,
    long answerTimeout,
    long minBackoff,
    long maxBackoff,
    long unschedulableTimeout) {}
