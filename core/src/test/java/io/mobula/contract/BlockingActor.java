package io.mobula.contract;

import io.mobula.Mobula;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Actor with methods that wait, and a task that does so. */
final class BlockingActor {
  int hold(FileEventLog eventLog, FileLatch latch) throws Exception {
    eventLog.add("enter");
    try {
      latch.await();
    } catch (InterruptedException e) {
      eventLog.add(Mobula.context().isCancelled() ? "interrupted, cancelled" : "interrupted");
      throw e;
    }
    eventLog.add("leave");
    return 1;
  }

  String thread() {
    var thread = Thread.currentThread();
    return (thread.isVirtual() ? "virtual " : "platform ") + thread.threadId();
  }

  CompletionStage<String> later(FileLatch latch) {
    return CompletableFuture.supplyAsync(() -> {
      try {
        latch.await();
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
      return "late";
    });
  }

  CompletionStage<String> failLater() {
    return CompletableFuture.failedFuture(new IOException("in a stage"));
  }

  /** Returns the value once the latch is open. */
  static int slow(FileLatch latch, int value) throws Exception {
    latch.await();
    return value;
  }
}
