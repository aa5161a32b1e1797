package io.mobula.internal.directory;

/** Where the pure parts of the directory put what they want sent. */
@FunctionalInterface
interface MessageSink {
  void send(Participant to, DirectoryMessage message);
}
