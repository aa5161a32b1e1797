/**
 * Tasks from submission to outcome: arguments, scheduling classes, slots, retries, cancellation,
 * results.
 *
 * <h2>The problem</h2>
 *
 * A submission must return at once, while a task may wait for arguments, for resources and for
 * retries, run on any node, and outlive the processes on the way. Asking a ledger for each task
 * would cost more than a short task itself.
 *
 * <h2>The idea</h2>
 *
 * Tasks with equal resources, placement, preferred node and job form a scheduling class (Ray's
 * word) and share a {@code SchedulingClassQueue}. The queue requests leases, not tasks: a slot is a
 * thread under one lease that runs task after task of its class. The slot ends when no task comes
 * for {@code mobula.tasks.lease-idle}, or when the ledger recalls its lease for another class. A
 * lease on another node is fed by a {@code RemoteTaskSlot}, which sends short tasks ahead; the
 * {@code HostedTaskSlot} there returns tasks that it cannot begin soon. A task that waits for an
 * object gives its CPU back meanwhile, so the tasks behind it move on.
 *
 * <h2>The invariants</h2>
 *
 * <ul>
 *   <li>A task has exactly one outcome, the first: result, failure, cancellation or timeout
 *       ({@code TaskProgress}).
 *   <li>A task that a slot returns unstarted loses no attempt. A task that had been sent to a
 *       process which then died does lose one, as it may have begun.
 *   <li>A task or result that cannot be decoded or sent fails that task and no other.
 *   <li>Pending tasks and the bytes of their arguments are bounded ({@code AdmissionLimiter}).
 *   <li>A task that kills its process cannot use up the retries of the tasks beside it
 *       ({@code SuspectTaskIsolator}).
 * </ul>
 *
 * <h2>Who calls whom</h2>
 *
 * {@code TaskEngine} binds the call and creates a {@code TaskRun}, which {@code PendingTasks} knows
 * until its outcome; {@code TaskProgress} has its state, by the table of {@code TaskEvent}. When
 * its arguments are ready, {@code TaskQueues} puts it into the queue of its class, the queue asks
 * the {@code LeaseSource} of the package {@code placement}, and a {@code LocalTaskSlot} runs a
 * {@code LocalAttempt}. That decides what follows from the value or the exception: {@code TaskRun}
 * publishes the outcome, or queues the task again. The outcome goes to a {@code TaskResultSink}:
 * entries of the local store, a {@code ResultStream}, or the submitting node.
 *
 * <p>Between nodes, {@code TaskTransport} gives each frame to one of two sides: {@code TaskSender}
 * has the {@code RemoteTaskSlot}s of this node's tasks, each task there with its
 * {@code RemoteAttempt}, {@code TaskHost} the {@code HostedTaskSlot}s of others'.
 * {@code TaskReconstructor} makes lost results again from their lineage.
 */
@NullMarked
package io.mobula.internal.task;

import org.jspecify.annotations.NullMarked;
