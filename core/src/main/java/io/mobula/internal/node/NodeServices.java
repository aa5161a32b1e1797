package io.mobula.internal.node;

import io.mobula.info.NodeInfo;
import io.mobula.internal.execution.ExitCall;
import io.mobula.internal.wait.WaitChainWalker;
import io.mobula.internal.wait.WaitPoint;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Services that a node in a cluster gets from the other nodes, and that a single node does without.
 * The last six methods are the steps of a close, in their order. Thread-safe.
 */
sealed interface NodeServices permits SingleNodeServices, ClusterServices {

  /** Joins the cluster; returns when the other nodes are known. */
  void join();

  /** Starts what needs a cluster that has been joined: static workers, and jars for other nodes. */
  void afterJoin();

  /** Describes the other processes of the cluster. */
  List<NodeInfo> peers();

  /** Returns whether other nodes add to the total resources. */
  boolean hasRemoteResources();

  /** Asks all nodes for their reports, and returns the sum. */
  CompletionStage<NodeReport> reports();

  /** Returns the requests to other processes that have no answer yet. */
  Iterator<WaitPoint> openRequests();

  /** Returns the queries that ask other processes why work waits. */
  WaitChainWalker.PeerQueries waitQueries();

  /** Stops granting leases to other nodes, and tells them so. */
  void refuseLeases();

  /**
   * Lets work of other nodes end, for half of the time left, and sends back what has not started.
   *
   * @param exit the call of {@code System.exit} that closes the node; null if there is none
   * @param deadline the end of the leave timeout, by {@link System#nanoTime()}
   */
  void endRemoteWork(@Nullable ExitCall exit, long deadline);

  /** Hands over to the other nodes what only this node has, unless they have removed it. */
  void handOver(long deadline);

  /** Stops the worker processes of a node that was removed, and hands nothing over. */
  void abandon();

  /** Sends the last printed lines, and leaves the cluster. */
  void leave();

  /** Releases everything that belongs to other processes. */
  void close();
}
