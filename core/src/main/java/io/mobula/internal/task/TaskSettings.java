package io.mobula.internal.task;

import java.time.Duration;

/**
 * Settings of task execution; each is a key below {@code mobula.tasks}.
 *
 * @param maxPending how many tasks may be pending
 * @param maxPendingBytes how many bytes their arguments may take in the heap
 * @param submitTimeout how long a submitter waits while too much is pending
 * @param leaseIdle how long a slot without work keeps its resources
 * @param maxSlots how many tasks of one class may run at the same time, whatever their resources
 *     allow
 * @param maxInFlight how many tasks may be sent ahead to a slot of another process
 * @param probation how long an attempt of a task that was running when a process died is kept apart
 *     from others of the kind
 * @param maxThreads how many threads tasks may have, including those of waiting tasks
 */
public record TaskSettings(
    long maxPending,
    long maxPendingBytes,
    Duration submitTimeout,
    Duration leaseIdle,
    int maxSlots,
    int maxInFlight,
    Duration probation,
    int maxThreads) {}
