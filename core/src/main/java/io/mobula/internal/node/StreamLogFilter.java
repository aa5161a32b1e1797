package io.mobula.internal.node;

import akka.actor.ActorSystem;
import akka.event.EventStream;
import akka.event.slf4j.Slf4jLoggingFilter;

/**
 * Logging filter that passes what SLF4J passes, except warnings of Akka Streams that a connection
 * has ended. Each connection logs one when a process closes normally, three per peer; membership
 * reports broken connections. Named in the configuration; created by Akka.
 */
public final class StreamLogFilter extends Slf4jLoggingFilter {
  private static final String OF_STREAMS = "akka.stream.Log";

  /** Creates the filter; called by Akka. */
  public StreamLogFilter(ActorSystem.Settings settings, EventStream eventStream) {
    super(settings, eventStream);
  }

  @Override
  public boolean isWarningEnabled(Class<?> logClass, String logSource) {
    return !logSource.startsWith(OF_STREAMS) && super.isWarningEnabled(logClass, logSource);
  }
}
