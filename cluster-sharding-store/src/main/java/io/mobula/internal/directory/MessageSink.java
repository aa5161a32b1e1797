package io.mobula.internal.directory;

/** Receiver of the messages that the pure classes of the directory send. */
@FunctionalInterface
interface MessageSink {
  void send(Participant to, DirectoryMessage message);
}
