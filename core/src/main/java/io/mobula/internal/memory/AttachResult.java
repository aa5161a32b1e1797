package io.mobula.internal.memory;

/** Result of trying to map another process's store, to read its objects in place. */
public sealed interface AttachResult {
  /**
   * The store is on this host and can be read.
   *
   * @param store open for as long as this process wants to open objects there
   */
  record Attached(PeerStore store) implements AttachResult {}

  /**
   * The store cannot be read from this process. This is not an error: the store may be on another
   * host, in another container or of another user.
   *
   * @param reason text for people
   */
  record NotAttachable(String reason) implements AttachResult {}
}
