package io.mobula.internal.actor;

import akka.dispatch.DispatcherPrerequisites;
import akka.dispatch.ExecutorServiceConfigurator;
import akka.dispatch.ExecutorServiceFactory;
import com.typesafe.config.Config;
import io.mobula.internal.execution.ElasticPool;
import java.util.concurrent.ThreadFactory;

/**
 * Runs actors' mailboxes on an {@link ElasticPool}: a method that computes or blocks starves no
 * other actor. Named in {@code reference.conf}; made by Akka.
 */
public final class ElasticDispatcher extends ExecutorServiceConfigurator {
  private final int mostThreads;

  /** As Akka calls it. */
  public ElasticDispatcher(Config config, DispatcherPrerequisites prerequisites) {
    super(config, prerequisites);
    this.mostThreads = config.getInt("max-threads");
  }

  @Override
  public ExecutorServiceFactory createExecutorServiceFactory(String id, ThreadFactory threads) {
    return () -> ElasticPool.create(threads, mostThreads);
  }
}
