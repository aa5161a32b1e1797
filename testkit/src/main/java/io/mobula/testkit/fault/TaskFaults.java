package io.mobula.testkit.fault;

import io.mobula.Mobula;
import java.util.ArrayList;
import java.util.List;

/** Bodies of tasks that damage the process in which they run. */
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

  /** Fills the heap and fails with {@link OutOfMemoryError}, which may hit any thread before. */
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
