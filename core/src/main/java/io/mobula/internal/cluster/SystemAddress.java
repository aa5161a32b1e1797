package io.mobula.internal.cluster;

import akka.cluster.Member;
import akka.cluster.UniqueAddress;

/**
 * Address of one incarnation of an actor system, as Akka Cluster distinguishes them.
 *
 * @param address {@code host:port} of the system
 * @param uid random number, made when the system started
 */
record SystemAddress(String address, long uid) {

  static SystemAddress of(Member member) {
    return of(member.uniqueAddress());
  }

  /** Returns the {@code host:port} of an Akka address such as {@code akka://name@host:port}. */
  static String hostAndPort(String address) {
    return address.substring(address.indexOf('@') + 1);
  }

  static SystemAddress of(UniqueAddress unique) {
    var address = unique.address();
    return new SystemAddress(
        address.getHost().orElse("local") + ":" + address.getPort().orElse(0), unique.longUid());
  }
}
