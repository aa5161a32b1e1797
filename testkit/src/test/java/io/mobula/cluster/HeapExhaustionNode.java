package io.mobula.cluster;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;
import io.mobula.error.ActorDiedException;
import io.mobula.error.TaskFailedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Node with a small heap that tasks and actors fill repeatedly, next to harmless work. Its output
 * has the outcome of each round.
 */
final class HeapExhaustionNode {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int PIECE = 256 << 10;

  private HeapExhaustionNode() {}

  /** Fills the heap with large arrays. */
  static int hoard() {
    List<byte[]> all = new ArrayList<>();
    while (true) {
      all.add(new byte[PIECE]);
    }
  }

  /** Fills the heap with many small objects, with which garbage collection takes long. */
  static int hoardTexts() {
    List<String> all = new ArrayList<>();
    while (true) {
      all.add("text " + all.size());
    }
  }

  /** Actor that holds all memory it allocates. */
  static class MemoryLeakActor {
    private final List<byte[]> all = new ArrayList<>();

    int keep() {
      while (true) {
        all.add(new byte[PIECE]);
      }
    }

    int one() {
      return 1;
    }
  }

  private static void requireFailed(ObjectRef<?> ref) {
    try {
      throw new AssertionError("It ended with " + ref.get(LIMIT));
    } catch (TaskFailedException | ActorDiedException expected) {
      System.out.println("failed " + expected.getClass().getSimpleName());
    }
  }

  private static void round(MobulaRuntime runtime) {
    var hoarding = List.of(
        runtime.task(HeapExhaustionNode::hoard).maxRetries(0).remote(),
        runtime.task(HeapExhaustionNode::hoardTexts).maxRetries(0).remote());
    var harmless = new ArrayList<ObjectRef<Integer>>();
    for (int i = 0; i < 50; i++) {
      harmless.add(runtime.task((Integer x) -> x + 1, i).remote());
    }
    hoarding.forEach(HeapExhaustionNode::requireFailed);
    var memoryLeakActor = runtime.actor(MemoryLeakActor::new).maxRestarts(1).remote();
    requireFailed(memoryLeakActor.call(MemoryLeakActor::keep).remote());
    if (memoryLeakActor.call(MemoryLeakActor::one).remote().get(LIMIT) != 1) {
      throw new AssertionError("the actor's next incarnation does not answer");
    }
    memoryLeakActor.kill();
    for (var each : harmless) { // each ends; those that the full heap has hit fail
      try {
        each.get(LIMIT);
      } catch (TaskFailedException hit) {
        System.out.println("hit " + hit.getMessage());
      }
    }
    if (runtime.task(() -> 1).remote().get(LIMIT) != 1) {
      throw new AssertionError("no task runs any more");
    }
  }

  public static void main(String[] arguments) {
    int rounds = Integer.parseInt(arguments[0]);
    try (var runtime = Mobula.init(Mobula.settings().cpus(4).storeCapacity(16 << 20))) {
      for (int i = 1; i <= rounds; i++) {
        round(runtime);
        System.out.println("round " + i);
      }
    }
    System.out.println("ended well");
  }
}
