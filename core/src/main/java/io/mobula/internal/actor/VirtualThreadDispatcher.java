package io.mobula.internal.actor;

import akka.dispatch.DispatcherPrerequisites;
import akka.dispatch.ExecutorServiceConfigurator;
import akka.dispatch.ExecutorServiceFactory;
import com.typesafe.config.Config;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;

/**
 * Akka dispatcher that runs each batch of an actor's mailbox on a virtual thread. Named in
 * {@code reference.conf}; created by Akka.
 */
public final class VirtualThreadDispatcher extends ExecutorServiceConfigurator {

  /** Creates the dispatcher as Akka requires. */
  public VirtualThreadDispatcher(Config config, DispatcherPrerequisites prerequisites) {
    super(config, prerequisites);
  }

  @Override
  public ExecutorServiceFactory createExecutorServiceFactory(String id, ThreadFactory threads) {
    return () -> Executors.newThreadPerTaskExecutor(
        Thread.ofVirtual().name("mobula-virtual-", 1).factory());
  }
}
