package io.mobula.contract;

import io.mobula.Mobula;
import java.io.IOException;

/** Actor that notes its life, and fails or waits when told to. */
final class FailingActor {
  private final FileEventLog eventLog;
  private int calls;

  FailingActor(FileEventLog eventLog) throws IOException {
    this.eventLog = eventLog;
    eventLog.add("made");
  }

  int count() {
    return ++calls;
  }

  int crash() throws IOException {
    eventLog.add("crash, attempt " + Mobula.context().attempt());
    throw new StackOverflowError("too deep");
  }

  int crashOnce() throws IOException {
    eventLog.add("once, attempt " + Mobula.context().attempt());
    if (Mobula.context().attempt() == 1) {
      throw new StackOverflowError("once");
    }
    return 7;
  }

  int hold(FileLatch latch) throws Exception {
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

  int holdStubbornly(FileLatch latch) throws Exception {
    eventLog.add("enter");
    latch.awaitUninterruptibly();
    eventLog.add("leave");
    return 1;
  }
}
