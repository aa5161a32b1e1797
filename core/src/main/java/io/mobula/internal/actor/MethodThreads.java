package io.mobula.internal.actor;

import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.Props;
import io.mobula.spi.ActorOptions.Threads;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Threads of a node that run the code of actors: the dispatcher of an actor's turns, and the pool
 * for the methods of an actor that allows several at a time.
 *
 * @param pool runs methods on platform threads, and factories of behaviors
 * @param virtual runs methods on virtual threads
 */
record MethodThreads(Executor pool, Executor virtual) {

  /** Returns the pool for the methods of an actor, or null if its own thread runs them. */
  @Nullable
  Executor concurrent(int maxConcurrency, Threads wanted) {
    if (maxConcurrency == 1) {
      return null;
    }
    return wanted == Threads.VIRTUAL ? virtual : pool;
  }

  /** Returns the properties of an Akka actor whose turns run on these threads. */
  static Props dispatcher(Threads wanted) {
    return DispatcherSelector.fromConfig(
        switch (wanted) {
          case SHARED -> "mobula.actors.shared-dispatcher";
          case DEDICATED -> "mobula.actors.dedicated-dispatcher";
          case VIRTUAL -> "mobula.actors.virtual-dispatcher";
        });
  }
}
