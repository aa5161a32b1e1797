package io.mobula.internal.runtime;

import io.mobula.MobulaRuntime;
import org.jspecify.annotations.Nullable;

/**
 * JVM shutdown hook that closes a runtime which its program has not closed, so that no file stays
 * in shared memory. Only for runtimes that made their actor system.
 */
final class ShutdownHook {
  private @Nullable Thread thread;

  synchronized void arm(MobulaRuntime runtime) {
    thread = Thread.ofPlatform().name("mobula-shutdown").unstarted(runtime::close);
    try {
      Runtime.getRuntime().addShutdownHook(thread);
    } catch (IllegalStateException ending) {
      runtime.close();
      throw ending;
    }
  }

  synchronized void disarm() {
    var armed = thread;
    thread = null;
    if (armed == null || Thread.currentThread() == armed) {
      return;
    }
    try {
      Runtime.getRuntime().removeShutdownHook(armed);
    } catch (IllegalStateException ending) {
      thread = null; // the JVM is ending, and the hook finds the runtime closed
    }
  }
}
