package io.mobula.internal.cluster;

import akka.cluster.Member;
import akka.cluster.Reachability;
import akka.cluster.UniqueAddress;
import akka.cluster.sbr.DowningStrategy;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import scala.Option;
import scala.collection.immutable.Set;
import scala.collection.immutable.Set$;
import scala.collection.immutable.SortedSet;

/**
 * Downing strategy for Akka's split brain resolver: keep-majority with one vote per host.
 *
 * <p>A member whose process is known to be alive, since it is on this host, counts as reachable
 * whatever the failure detectors say: it is slow, not gone. This is checked first, so neither the
 * downing of indirectly connected members nor the downing of all after a long instability affects
 * it. A member that is dead beyond doubt has been downed before and does not count.
 *
 * <p>As keep-majority does, it assumes the worst of members whose joining or leaving the other side
 * may not know of; if that would change the result, it downs everybody.
 */
final class HostMajority extends DowningStrategy {
  private final String role;
  private final Predicate<UniqueAddress> lives;

  /**
   * Creates the strategy of the member {@code self}.
   *
   * @param lives whether the process of a member is known to be alive
   */
  HostMajority(String dataCenter, UniqueAddress self, String role, Predicate<UniqueAddress> lives) {
    super(dataCenter, self);
    this.role = role;
    this.lives = lives;
  }

  @Override
  @SuppressWarnings("unchecked") // Scala's return type is lost in its byte code
  public Set<UniqueAddress> unreachable() {
    var found = super.unreachable();
    return found.isEmpty() ? found : (Set<UniqueAddress>) found.filterNot(lives::test);
  }

  @Override
  public boolean unreachable(Member member) {
    return super.unreachable(member) && !lives.test(member.uniqueAddress());
  }

  @Override
  public Reachability reachability() {
    var found = super.reachability();
    return found.isAllReachable()
        ? found
        : found.filterRecords(record -> !lives.test(record.subject()));
  }

  /**
   * Returns the members to down: none, whatever was decided, when all unreachable members are known
   * to be alive.
   */
  @Override
  public Set<UniqueAddress> nodesToDown(Decision decision) {
    return unreachable().isEmpty() && !isOfQuarantine(decision)
        ? Set$.MODULE$.empty()
        : super.nodesToDown(decision);
  }

  private static boolean isOfQuarantine(Decision decision) {
    return decision.equals(DowningStrategy.DownSelfQuarantinedByRemote$.MODULE$);
  }

  @Override
  public Option<String> role() {
    return Option.apply(role);
  }

  @Override
  public Decision decide() {
    if (hasIndirectlyConnected()) {
      return DowningStrategy.DownIndirectlyConnected$.MODULE$;
    }
    if (!HostVotes.hasMajority(counted(false, false, false))) {
      return DowningStrategy.DownReachable$.MODULE$;
    }
    return HostVotes.hasMajority(counted(false, true, true))
        ? DowningStrategy.DownUnreachable$.MODULE$
        : DowningStrategy.DownAll$.MODULE$;
  }

  /** Returns the voters: all members with the role, or all members if none has it. */
  private List<HostVotes.Voter> counted(
      boolean includeJoining, boolean excludeLeaving, boolean otherSideAtMost) {
    var voters = new ArrayList<HostVotes.Voter>();
    boolean any = membersWithRole().nonEmpty();
    add(
        voters,
        any
            ? reachableMembersWithRole(includeJoining, excludeLeaving)
            : reachableMembers(includeJoining, excludeLeaving),
        true);
    boolean withJoining = includeJoining || otherSideAtMost;
    boolean withoutLeaving = excludeLeaving && !otherSideAtMost;
    add(
        voters,
        any
            ? unreachableMembersWithRole(withJoining, withoutLeaving)
            : unreachableMembers(withJoining, withoutLeaving),
        false);
    return voters;
  }

  private static void add(List<HostVotes.Voter> to, SortedSet<Member> members, boolean reachable) {
    for (var each = members.iterator(); each.hasNext(); ) {
      var address = each.next().address();
      to.add(new HostVotes.Voter(
          address.getHost().orElse(""),
          address.getHost().orElse("") + ":"
              + "%05d".formatted(address.getPort().orElse(0)),
          reachable));
    }
  }
}
