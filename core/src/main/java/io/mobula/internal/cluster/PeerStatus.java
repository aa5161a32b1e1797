package io.mobula.internal.cluster;

import akka.cluster.MemberStatus;

/** How a process stands with its cluster. */
public enum PeerStatus {
  /** Up and reachable. */
  ALIVE,
  /** Up, but silent; it comes back or is taken for dead. */
  UNREACHABLE,
  /** On its way out. */
  LEAVING;

  static PeerStatus of(MemberStatus status) {
    return status.equals(MemberStatus.up()) || status.equals(MemberStatus.joining())
        ? ALIVE
        : LEAVING;
  }
}
