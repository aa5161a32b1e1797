package io.mobula.internal.node;

import akka.actor.ActorSystem;
import akka.event.EventStream;
import akka.event.slf4j.Slf4jLoggingFilter;

/**
 * What SLF4J lets through, but for the warnings of Akka's streams that a connection has ended: each
 * of a process's connections says so when the process closes as it should, three for each other
 * process. When one breaks, membership tells. Made by Akka.
 */
public final class StreamLogFilter extends Slf4jLoggingFilter {
  private static final String OF_STREAMS = "akka.stream.Log";

  /** For Akka. */
  public StreamLogFilter(ActorSystem.Settings settings, EventStream eventStream) {
    super(settings, eventStream);
  }

  @Override
  public boolean isWarningEnabled(Class<?> logClass, String logSource) {
    return !logSource.startsWith(OF_STREAMS) && super.isWarningEnabled(logClass, logSource);
  }
}
