/**
 * Objects that several processes know: how refs and values leave this process and arrive here, and
 * how a value that is elsewhere is found and fetched.
 *
 * <h2>The problem</h2>
 *
 * <p>A ref can travel anywhere in the cluster, inside arguments, results and values. Any process
 * that has it may read the value, which may be in another process of the same host, on another
 * host, on a disk, or lost. The memory must be freed when no process holds the object any more, and
 * not before, although messages get lost and processes die.
 *
 * <h2>The idea</h2>
 *
 * <p>A {@link SharedEntry} is this process's part of a shared object: it keeps the outcome for
 * others and tells the directory whether this process holds the object. All of them are in the
 * {@link SharedObjectTable}. The directory ({@link io.mobula.spi.ObjectDirectory}, by way of
 * {@link DirectoryClient}) knows holders, copies and how a lost object is reconstructed; it counts
 * processes, not refs. {@link OutcomePublisher} tells it what was made here. Small values travel
 * inside frames. Large ones stay where they are, and frames carry their {@link ObjectLocation}.
 *
 * <p>A reader resolves an object ({@link ObjectResolver}: the process that made the id, which
 * replies by its {@link ResolveResponder}, then the directory, then a reconstruction) and fetches
 * its bytes ({@link ObjectFetcher}). On the same host it maps the other process's memory and pins
 * the object ({@link SameHostPeers}, {@link ObjectPinRequests}). From another host it pulls a copy
 * ({@link ObjectPuller}), one process per host for all others ({@link HostPullCoordinator}).
 * Arguments and results that only the two sides of a call know are lent within a host, and the
 * directory never hears of them ({@link ArgumentLoans}, {@link ResultLoans}).
 *
 * <h2>The invariants</h2>
 *
 * <ul>
 *   <li>A sender of a ref holds it until the receiver has stated its own hold and that statement
 *       has been relayed to the directory ({@link InFlightRefs}).
 *   <li>An object address is a hint; only a pin proves that the bytes are there.
 *   <li>Bytes of two attempts of an object are never mixed.
 *   <li>Every request to a peer ends: with its reply, when the peer leaves, or when this node
 *       closes.
 *   <li>Frame handlers never block. Whatever may wait for memory, a disk or a peer runs on a
 *       background thread of the store.
 * </ul>
 *
 * <h2>Who calls whom</h2>
 *
 * <p>{@code task}, {@code actor} and {@code call} write and read refs and outcomes through
 * {@link ClusterObjects}, which makes the parts and has no duty of its own. Each part knows only
 * those that {@link ClusterObjects} makes before it, with two exceptions: entries reach their
 * publisher and the resolver by {@link SharedObjectTable.EntryHandler}, and remote objects their
 * fetcher by {@link RemoteObjects}. Frames go through {@code lane}; no part hears of one before all
 * parts are there ({@code listen}). {@link ValueCodec} encodes outcomes, {@link ResultWriter}
 * results. {@link RemoteObject} is what the store sees of a value elsewhere. When a node leaves
 * ({@link ObjectDeparture}), {@link ObjectHandOver} gives its objects to others, by a
 * {@link HandOverPlan}, and {@link ObjectTakeOver} accepts them; {@link ReplicaKeeper} uses the
 * same way to keep the number of copies that a {@code put} asked for. This package owns the node's
 * table of shared objects and the frames about them. It knows nothing of tasks and actors.
 */
@NullMarked
package io.mobula.internal.sharing;

import org.jspecify.annotations.NullMarked;
