package io.mobula.internal.cluster;

import akka.cluster.Member;
import akka.cluster.UniqueAddress;

/**
 * One incarnation of one actor system, as Akka Cluster tells them apart.
 *
 * @param address {@code host:port}
 * @param uid random, made when the system started
 */
record SystemAddress(String address, long uid) {

  static SystemAddress of(Member member) {
    return of(member.uniqueAddress());
  }

  /** The {@code host:port} of an address of Akka's such as {@code akka://name@host:port}. */
  static String hostAndPort(String address) {
    return address.substring(address.indexOf('@') + 1);
  }

  static SystemAddress of(UniqueAddress unique) {
    var address = unique.address();
    return new SystemAddress(
        address.getHost().orElse("local") + ":" + address.getPort().orElse(0), unique.longUid());
  }
}
