package io.mobula.internal.cluster;

import akka.cluster.Member;
import akka.cluster.UniqueAddress;
import akka.cluster.sbr.DowningStrategy;
import java.util.ArrayList;
import java.util.List;
import scala.Option;
import scala.collection.immutable.SortedSet;

/**
 * What Akka's split brain resolver does here: as its keep-majority, with one vote per host.
 *
 * <p>Like that, it takes members whose coming or going the other side may not know of for what
 * would be worst, and where that would turn the answer it ends everybody.
 */
final class HostMajority extends DowningStrategy {
  private final String role;

  HostMajority(String dataCenter, UniqueAddress self, String role) {
    super(dataCenter, self);
    this.role = role;
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
    if (!HostVotes.goesOn(counted(false, false, false))) {
      return DowningStrategy.DownReachable$.MODULE$;
    }
    return HostVotes.goesOn(counted(false, true, true))
        ? DowningStrategy.DownUnreachable$.MODULE$
        : DowningStrategy.DownAll$.MODULE$;
  }

  /** Whoever has the role; where nobody has, everybody. */
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
