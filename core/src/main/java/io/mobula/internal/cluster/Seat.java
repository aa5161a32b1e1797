package io.mobula.internal.cluster;

import akka.cluster.Member;
import akka.cluster.UniqueAddress;

/**
 * One incarnation of one actor system, as Akka Cluster tells them apart.
 *
 * @param address {@code host:port}
 * @param uid random, made when the system started
 */
record Seat(String address, long uid) {

  static Seat of(Member member) {
    return of(member.uniqueAddress());
  }

  static Seat of(UniqueAddress unique) {
    var address = unique.address();
    return new Seat(
        address.getHost().orElse("local") + ":" + address.getPort().orElse(0), unique.longUid());
  }
}
