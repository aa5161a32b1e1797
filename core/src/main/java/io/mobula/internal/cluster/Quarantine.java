package io.mobula.internal.cluster;

import akka.actor.ExtendedActorSystem;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Adapter;
import akka.cluster.Member;
import akka.remote.RemoteActorRefProvider;
import scala.Option;

/**
 * Quarantine of a member that is known to be dead. Akka removes a downed member only when it is
 * unreachable, which its failure detector takes seconds to find; a quarantine makes it unreachable
 * immediately.
 */
final class Quarantine {
  private Quarantine() {}

  static void quarantine(ActorSystem<?> system, Member member, String why) {
    if (Adapter.toClassic(system) instanceof ExtendedActorSystem extended
        && extended.provider() instanceof RemoteActorRefProvider remote) {
      remote.quarantine(
          member.uniqueAddress().address(), Option.apply(member.uniqueAddress().longUid()), why);
    }
  }
}
