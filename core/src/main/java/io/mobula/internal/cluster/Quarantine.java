package io.mobula.internal.cluster;

import akka.actor.ExtendedActorSystem;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Adapter;
import akka.cluster.Member;
import akka.remote.RemoteActorRefProvider;
import scala.Option;

/**
 * Cuts the connection to a member that is known to be dead. Akka removes a member that was downed
 * only once it is found unreachable, which its failure detector takes seconds for; a quarantine
 * says so at once.
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
