package io.mobula.internal.memory;

/** What came of the wish to read another process's store in place. */
public sealed interface AttachResult {
  /**
   * It is on this host and can be read.
   *
   * @param store for as long as this process wants to open objects there
   */
  record Attached(PeerStore store) implements AttachResult {}

  /**
   * It cannot be read from here, and that is no error: another host, another container, another
   * user.
   *
   * @param reason for people
   */
  record NotAttachable(String reason) implements AttachResult {}
}
