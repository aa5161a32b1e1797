package io.mobula.internal.memory;

/** What came of the wish to read another process's store in place. */
public sealed interface Attachment {
  /**
   * It is on this host and can be read.
   *
   * @param store for as long as this process wants to open objects there
   */
  record Here(PeerStore store) implements Attachment {}

  /**
   * It cannot be read from here, and that is no error: another host, another container, another
   * user.
   *
   * @param why for people
   */
  record Elsewhere(String why) implements Attachment {}
}
