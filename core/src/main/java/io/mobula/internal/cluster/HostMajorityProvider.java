package io.mobula.internal.cluster;

import akka.actor.ActorSystem;
import akka.actor.Props;
import akka.cluster.Cluster;
import akka.cluster.DowningProvider;
import akka.cluster.sbr.SplitBrainResolver;
import akka.cluster.sbr.SplitBrainResolverSettings;
import scala.Option;
import scala.concurrent.duration.Duration;
import scala.concurrent.duration.FiniteDuration;

/**
 * Provider of Akka's split brain resolver with {@link HostMajority} as its strategy. Named in the
 * configuration, also of an actor system that the user makes.
 */
public final class HostMajorityProvider extends DowningProvider {
  private final ActorSystem system;

  /** Creates a provider; called by Akka Cluster. */
  public HostMajorityProvider(ActorSystem system) {
    this.system = system;
  }

  @Override
  public FiniteDuration downRemovalMargin() {
    return Duration.Zero();
  }

  @Override
  public Option<Props> downingActorProps() {
    var settings = new SplitBrainResolverSettings(system.settings().config());
    var cluster = Cluster.get(system);
    var evidence = MemberLiveness.of(system);
    var strategy = new HostMajority(
        cluster.selfDataCenter(),
        cluster.selfUniqueAddress(),
        ClusterSystemConfig.NODE,
        member -> evidence.isAlive(SystemAddress.of(member).address()));
    return Option.apply(SplitBrainResolver.props(settings.DowningStableAfter(), strategy));
  }
}
