package io.mobula.internal.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.Address;
import akka.cluster.Member;
import akka.cluster.MemberStatus;
import akka.cluster.Reachability;
import akka.cluster.UniqueAddress;
import akka.cluster.sbr.DowningStrategy;
import akka.util.Version;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Tests that a process that is known to be alive is not downed, whatever Akka's failure detectors
 * say of it.
 */
class HostMajorityTest {
  private final Set<UniqueAddress> living = new HashSet<>();
  private final Member a = member(1);
  private final Member b = member(2);
  private final Member c = member(3);

  @Test
  void whoSeesAndIsSeenBySomeOnlyIsDownedUnlessItIsKnownToLive() {
    var strategy = strategy(List.of(a, b, c));
    suspect(strategy, Reachability.empty().unreachable(b.uniqueAddress(), c.uniqueAddress()), c);
    strategy.setSeenBy(scalaSet(Set.of(c.address())));
    assertThat(downed(strategy)).contains(b.uniqueAddress(), c.uniqueAddress());

    living.add(c.uniqueAddress());
    assertThat(downed(strategy)).isEmpty();
    assertThat(strategy.hasIndirectlyConnected()).isFalse();
  }

  @Test
  void anUnreachableOneIsDownedUnlessItIsKnownToLive() {
    var strategy = strategy(List.of(a, b, c));
    suspect(strategy, Reachability.empty().unreachable(a.uniqueAddress(), c.uniqueAddress()), c);
    assertThat(downed(strategy)).containsExactly(c.uniqueAddress());

    living.add(c.uniqueAddress());
    assertThat(downed(strategy)).isEmpty();
  }

  @Test
  void whoeverIsKnownToLiveCountsForTheLiving() {
    var strategy = strategy(List.of(a, b, c));
    var seen = Reachability.empty()
        .unreachable(a.uniqueAddress(), c.uniqueAddress())
        .unreachable(a.uniqueAddress(), b.uniqueAddress());
    suspect(strategy, seen, b, c);
    assertThat(downed(strategy)).as("two of three hosts are away").contains(a.uniqueAddress());

    living.add(b.uniqueAddress());
    assertThat(downed(strategy)).containsExactly(c.uniqueAddress());
  }

  @Test
  void aLongTimeWithoutRestDownsNobodyWhenAllWhoAreSuspectedLive() {
    var strategy = strategy(List.of(a, b, c));
    suspect(strategy, Reachability.empty().unreachable(a.uniqueAddress(), c.uniqueAddress()), c);
    var all = DowningStrategy.DownAll$.MODULE$;
    assertThat(CollectionConverters.asJava(strategy.nodesToDown(all))).hasSize(3);

    living.add(c.uniqueAddress());
    assertThat(CollectionConverters.asJava(strategy.nodesToDown(all))).isEmpty();
    assertThat(strategy.isAllUnreachableDownOrExiting()).isTrue();
  }

  @Test
  void whoIsQuarantinedByTheOthersEndsThoughItSuspectsNobody() {
    var strategy = strategy(List.of(a, b));
    var quarantined = DowningStrategy.DownSelfQuarantinedByRemote$.MODULE$;
    assertThat(CollectionConverters.asJava(strategy.nodesToDown(quarantined)))
        .containsExactly(a.uniqueAddress());
  }

  @Test
  void whoeverIsDownAlreadyDoesNotCountAgainstTheLiving() {
    var strategy = strategy(List.of(a, b.copy(MemberStatus.down()), c.copy(MemberStatus.down())));
    var seen = Reachability.empty()
        .unreachable(a.uniqueAddress(), c.uniqueAddress())
        .unreachable(a.uniqueAddress(), b.uniqueAddress());
    suspect(strategy, seen, b.copy(MemberStatus.down()), c.copy(MemberStatus.down()));
    assertThat(downed(strategy)).doesNotContain(a.uniqueAddress());
  }

  private HostMajority strategy(List<Member> members) {
    var strategy =
        new HostMajority("default", a.uniqueAddress(), ClusterSystemConfig.NODE, living::contains);
    members.forEach(strategy::add);
    return strategy;
  }

  private static void suspect(HostMajority strategy, Reachability seen, Member... members) {
    List.of(members).forEach(strategy::addUnreachable);
    strategy.setReachability(seen);
  }

  private static Set<UniqueAddress> downed(HostMajority strategy) {
    return CollectionConverters.asJava(strategy.nodesToDown(strategy.decide()));
  }

  private static <T> scala.collection.immutable.Set<T> scalaSet(Set<T> of) {
    return CollectionConverters.asScala(of).toSet();
  }

  /** Returns a member that is up, on a host of its own. */
  private static Member member(int number) {
    var address = new Address("akka", "mobula", "127.0.0." + number, 7000);
    return new Member(
        new UniqueAddress(address, (long) number),
        number,
        MemberStatus.up(),
        scalaSet(Set.of(ClusterSystemConfig.NODE, "dc-default")),
        new Version("0.0.0"));
  }
}
