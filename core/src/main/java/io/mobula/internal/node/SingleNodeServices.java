package io.mobula.internal.node;

import io.mobula.info.NodeInfo;
import io.mobula.internal.actor.ElasticDispatcher;
import io.mobula.internal.execution.ExitCall;
import io.mobula.internal.lane.SpinWait;
import io.mobula.internal.wait.WaitChainWalker;
import io.mobula.internal.wait.WaitPoint;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Services of a node without a cluster: there is no other node to ask, to tell or to leave. */
final class SingleNodeServices implements NodeServices {
  private final LocalReport report;

  private SingleNodeServices(LocalReport report) {
    this.report = report;
  }

  /** Starts the scheduler of placement groups, and has threads spin for local results only. */
  static SingleNodeServices open(LocalParts local, WorkEngines engines) {
    var spinWait = SpinWait.forSingleNode();
    local.objects().setSpinWait(spinWait);
    ElasticDispatcher.setSpinWait(local.system(), spinWait);
    local.groups().work(engines::endGroup);
    local.groups().openAlone(local.spawner());
    return new SingleNodeServices(new LocalReport(local, engines, List::of, List::of));
  }

  @Override
  public void join() {}

  @Override
  public void afterJoin() {}

  @Override
  public List<NodeInfo> peers() {
    return List.of();
  }

  @Override
  public boolean hasRemoteResources() {
    return false;
  }

  @Override
  public CompletionStage<NodeReport> reports() {
    return report.get();
  }

  @Override
  public Iterator<WaitPoint> openRequests() {
    return Collections.emptyIterator();
  }

  @Override
  public WaitChainWalker.PeerQueries waitQueries() {
    return WaitChainWalker.PeerQueries.NOBODY;
  }

  @Override
  public void refuseLeases() {}

  @Override
  public void endRemoteWork(@Nullable ExitCall exit, long deadline) {}

  @Override
  public void handOver(long deadline) {}

  @Override
  public void abandon() {}

  @Override
  public void leave() {}

  @Override
  public void close() {}
}
