package io.mobula.internal.actor;

import akka.actor.typed.ActorSystem;
import akka.dispatch.DispatcherPrerequisites;
import akka.dispatch.ExecutorServiceConfigurator;
import akka.dispatch.ExecutorServiceFactory;
import com.typesafe.config.Config;
import io.mobula.internal.execution.ElasticPool;
import io.mobula.internal.lane.SpinWait;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.ThreadFactory;

/**
 * Akka dispatcher that runs actors' mailboxes on an {@link ElasticPool}: a method that computes or
 * blocks delays no other actor. Named in {@code reference.conf}; created by Akka.
 */
public final class ElasticDispatcher extends ExecutorServiceConfigurator {
  /** By the settings of their actor systems, which is all that Akka passes to a dispatcher. */
  private static final Map<Object, SpinWait> LOOKOUTS =
      Collections.synchronizedMap(new WeakHashMap<>());

  private final Object system;
  private final int maxThreads;

  /** Creates the dispatcher as Akka requires. */
  public ElasticDispatcher(Config config, DispatcherPrerequisites prerequisites) {
    super(config, prerequisites);
    this.system = prerequisites.settings();
    this.maxThreads = config.getInt("max-threads");
  }

  /** Sets what idle threads of that system's dispatcher poll before they park. */
  public static void setSpinWait(ActorSystem<?> system, SpinWait with) {
    LOOKOUTS.put(system.classicSystem().settings(), with);
  }

  private SpinWait spinWait() {
    return LOOKOUTS.getOrDefault(system, SpinWait.NONE);
  }

  @Override
  public ExecutorServiceFactory createExecutorServiceFactory(String id, ThreadFactory threads) {
    return () -> ElasticPool.create(threads, maxThreads, this::spinWait);
  }
}
