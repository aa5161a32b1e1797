package io.mobula.internal.node;

import akka.actor.typed.ActorRef;
import io.mobula.MobulaRuntime.WaitingWork;
import io.mobula.NodeId;
import io.mobula.error.GetTimeoutException;
import io.mobula.error.InvalidRequestException;
import io.mobula.error.RuntimeClosedException;
import io.mobula.error.WaitInterruptedException;
import io.mobula.info.NodeInfo;
import io.mobula.info.PeerChannelInfo;
import io.mobula.placement.Resources;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Queries of users about the nodes of the cluster, and the request that a node leaves. A query asks
 * the nodes and blocks until they have answered. Thread-safe.
 */
public final class NodeQueries {
  private static final Duration REPORT_TIMEOUT = Duration.ofSeconds(10);

  private final LocalParts local;
  private final NodeServices services;

  NodeQueries(LocalParts local, NodeServices services) {
    this.local = local;
    this.services = services;
  }

  /** Describes every process of the cluster, this one first. */
  public List<NodeInfo> nodes() {
    local.objects().requireOpen();
    var all = new ArrayList<NodeInfo>();
    var own = answerOf(local.ledger().report(local.system()));
    var membership = local.membership();
    all.add(NodeInfoMapper.of(
        membership.self(),
        membership.statusOf(membership.self()),
        local.ledger().total(),
        own.available(),
        local.objects().usage(),
        own.devices()));
    all.addAll(services.peers());
    return List.copyOf(all);
  }

  /** Returns the total resources of all nodes; a single node knows them without asking. */
  public Resources total() {
    return services.hasRemoteResources() ? report().total() : local.ledger().total();
  }

  /** Returns the free resources of all nodes. */
  public Resources available() {
    return report().available();
  }

  /** Returns what waits for resources or arguments, on all nodes. */
  public List<WaitingWork> waiting() {
    return report().waiting();
  }

  /** Returns the traffic between all processes. */
  public List<PeerChannelInfo> channels() {
    return report().channels();
  }

  /** Asks a process of the cluster to leave it and to close; does not wait for that. */
  public void requestLeave(NodeId node) {
    local.objects().requireOpen();
    var membership = local.membership();
    var peer = membership.peer(node);
    if (peer == null) {
      throw new InvalidRequestException(
          "Wanted node " + node + " to leave: it is not in this cluster, or no longer.");
    }
    ActorRef<LeaveRequestActor.Command> there = membership.actor(peer, LeaveRequestActor.NAME);
    there.tell(new LeaveRequestActor.Leave(membership.self().toString()));
  }

  private NodeReport report() {
    local.objects().requireOpen();
    return answerOf(services.reports());
  }

  private <T> T answerOf(CompletionStage<T> asked) {
    try {
      return asked.toCompletableFuture().get(REPORT_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new WaitInterruptedException("Interrupted while asking the ledgers.");
    } catch (TimeoutException late) {
      throw new GetTimeoutException("Not all ledgers have answered within " + REPORT_TIMEOUT + ".");
    } catch (ExecutionException unanswered) {
      local.objects().requireOpen();
      throw new RuntimeClosedException("The ledger of node " + local.objects().node()
          + " does not answer: " + unanswered.getCause());
    }
  }
}
