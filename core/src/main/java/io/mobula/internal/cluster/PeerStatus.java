package io.mobula.internal.cluster;

import akka.cluster.MemberStatus;

/** Status of a process in its cluster. */
public enum PeerStatus {
  /** The process is up and reachable. */
  ALIVE,
  /** The process is up but silent; it returns or is removed as dead. */
  UNREACHABLE,
  /** The process is leaving the cluster. */
  LEAVING;

  static PeerStatus of(MemberStatus status) {
    return status.equals(MemberStatus.up()) || status.equals(MemberStatus.joining())
        ? ALIVE
        : LEAVING;
  }
}
