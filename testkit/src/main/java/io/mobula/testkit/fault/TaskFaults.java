package io.mobula.testkit.fault;

import io.mobula.Mobula;
import java.util.ArrayList;
import java.util.List;

/** Bodies of tasks that harm the process that they run in. */
final class TaskFaults {
  private static final int CHUNK = 1 << 20;

  private TaskFaults() {}

  static int exit() {
    System.exit(3);
    return 0;
  }

  static int halt() {
    Runtime.getRuntime().halt(4);
    return 0;
  }

  /** Fails with {@link OutOfMemoryError}, after all threads have had the chance to. */
  static int exhaustHeap() {
    List<byte[]> held = new ArrayList<>();
    while (!Mobula.context().isCancelled()) {
      held.add(new byte[CHUNK]);
    }
    return held.size();
  }

  static int spin() {
    int turns = 0;
    while (!Mobula.context().isCancelled()) {
      turns++;
    }
    return turns;
  }
}
