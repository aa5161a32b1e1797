/**
 * Object store of one node: objects by id, their values inline in the heap or sealed in shared
 * memory, and the threads that wait for them.
 *
 * <h2>The problem</h2>
 *
 * <p>Tasks and actors pass values through refs. A value may be a single number or a tensor of
 * gigabytes; it may be ready, on its way, or never come. Readers must not see a value change,
 * memory must be freed when the last ref is gone, a full store must go on working, and actors that
 * wait for each other in a cycle must get an error.
 *
 * <h2>The idea</h2>
 *
 * <p>An {@link ObjectEntry} is the state of one object: pending, then an {@link ObjectContent} or
 * an {@link ObjectFailure} for good, and gone when its last hold is released. A content takes one
 * of four forms: immediate (the very object, if it is known to be immutable), inline (encoded, in
 * the heap), sealed (in shared memory, or spilled to a disk), or remote (in the memory of another
 * process).
 *
 * <p>Within one process the garbage collector is the reference count: an object is held by its
 * refs, by arguments that wait and by values that contain it, all of them plain references.
 * Explicit counts only let the last {@code close} free memory early.
 *
 * <p>When the store is full, {@link StoreAllocator} first ends views that nobody uses, then has the
 * {@link Evictor} drop secondary copies and spill primary ones, then triggers the garbage
 * collector, and then waits for other threads to free memory, for a bounded time. Calls whose
 * arguments have to be fetched are admitted one after the other by {@link ArgumentAdmission}, so
 * that they cannot block each other halfway.
 *
 * <h2>The invariants</h2>
 *
 * <ul>
 *   <li>The first outcome of an entry counts; later ones are discarded.
 *   <li>A sealed value never changes. Its bytes move only while nobody has them pinned.
 *   <li>Completion listeners run once, on the completing thread, and not inside each other.
 *   <li>The monitor of an entry or a storage is never held during user code, disk access or a wait
 *       for another process. The only user code that this package runs is a value's own encoding
 *       and decoding and, on threads of their own, what users attached to futures.
 *   <li>An execution that waits for longer than about a millisecond gives its CPU back meanwhile.
 *   <li>An execution that can only go on after itself, alone or around a cycle of waits, gets a
 *       {@link io.mobula.error.DeadlockException}. {@link LocalDeadlockCheck} finds such a cycle
 *       within one process, {@link DeadlockDetector} across processes. A wait for a stage that a
 *       program never completes is not found.
 * </ul>
 *
 * <h2>Who calls whom</h2>
 *
 * <p>{@code task}, {@code actor} and {@code call} create entries and complete them through
 * {@link ObjectStore}, which users reach by {@link EntryRef}. {@code put} goes to
 * {@link ContentConverter}, which encodes the value and takes memory from {@link StoreAllocator}.
 * {@code get} goes to {@link ObjectWaiter}, which blocks until the entry has an outcome, and then
 * to {@link ContentConverter}; {@link FetchWait} waits for bytes that are remote or spilled. Work
 * that waits has {@link StoreThreads}, and {@link StoreLifecycle} tells what is still accepted.
 * Package {@code sharing} implements {@link ObjectContent.RemoteAccess},
 * {@link ObjectEntry.ClusterHold} and {@link RefetchSource}, by which objects of other processes
 * appear here. Shared memory itself is package {@code memory}, disks are behind
 * {@link io.mobula.spi.SpillTarget}.
 */
@NullMarked
package io.mobula.internal.store;

import org.jspecify.annotations.NullMarked;
