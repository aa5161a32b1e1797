import io.mobula.ActorHandle;
import io.mobula.LocalCluster;
import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;
import io.mobula.tensor.DType;
import io.mobula.tensor.Tensor;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Ten actors return 25 MiB each, twenty times, into a store of 150 MiB with room for four or five
 * of them; every ref is read and closed. All 200 calls must return their value, and soon, since the
 * memory of a closed ref can always be freed.
 *
 * <p>{@code -Dkind=}bytes or tensor; {@code -Dreaders=}each (a thread for each actor), one (one
 * thread calls all ten and reads them as they become ready) or inOrder (as they were called, which
 * needs more memory than the store has); {@code -Dnodes=}number of nodes besides the driver.
 */
public final class LargeReturns {
  private static final int ACTORS = 10;
  private static final int ROUNDS = 20;
  private static final int SIZE = 25 << 20;
  private static final String KIND = System.getProperty("kind", "bytes");
  private static final String READERS = System.getProperty("readers", "each");
  private static final boolean CLOSES = Boolean.getBoolean("closes");
  private static final AtomicInteger FAILED = new AtomicInteger();
  private static long start;

  private LargeReturns() {}

  /** Actor that returns large values. */
  public static final class Maker {
    /** Returns bytes that begin and end with the mark of the call. */
    public byte[] bytes(int mark) {
      var result = new byte[SIZE];
      result[0] = (byte) mark;
      result[SIZE - 1] = (byte) mark;
      return result;
    }

    /** Returns a tensor of bytes that begin and end with the mark of the call. */
    public Tensor tensor(int mark) {
      return Tensor.of(bytes(mark), SIZE);
    }
  }

  /** Exits with 1 and lines WRONG where a call failed or returned another value. */
  public static void main(String[] words) throws Exception {
    int nodes = Integer.getInteger("nodes", 0);
    var settings = Mobula.settings().storeCapacity(150L << 20);
    if (READERS.equals("inOrder")) {
      settings = settings.spillTo(Files.createTempDirectory("large-returns"));
    }
    if (nodes == 0) {
      try (var runtime = Mobula.init(settings.cpus(ACTORS))) {
        run(runtime);
      }
    } else {
      try (var cluster =
          LocalCluster.builder().nodes(nodes).cpusPerNode(ACTORS).settings(settings).start()) {
        run(cluster.runtime());
      }
    }
    System.exit(FAILED.get() == 0 ? 0 : 1);
  }

  private static void run(MobulaRuntime runtime) throws Exception {
    start = System.nanoTime();
    var actors = new ArrayList<ActorHandle<Maker>>();
    for (int i = 0; i < ACTORS; i++) {
      actors.add(runtime.actor(Maker::new).remote());
    }
    if (READERS.equals("each")) {
      everyActorByItself(actors);
    } else {
      for (int round = 0; round < ROUNDS; round++) {
        allAtOnce(runtime, actors, round);
        say("round %d", round);
      }
    }
    System.out.printf(
        "%d calls, %d failed, %.1f s%n",
        ACTORS * ROUNDS, FAILED.get(), (System.nanoTime() - start) / 1e9);
  }

  private static void everyActorByItself(List<ActorHandle<Maker>> actors) throws Exception {
    try (var readers = Executors.newFixedThreadPool(ACTORS)) {
      var all = new ArrayList<Future<?>>();
      for (var actor : actors) {
        all.add(readers.submit(() -> {
          for (int round = 0; round < ROUNDS; round++) {
            int mark = actors.indexOf(actor) + round;
            read(call(actor, mark), mark);
          }
          say("actor %d is done", actors.indexOf(actor));
        }));
      }
      for (var each : all) {
        each.get();
      }
    }
  }

  private static void allAtOnce(
      MobulaRuntime runtime, List<ActorHandle<Maker>> actors, int round) {
    var refs = new ArrayList<ObjectRef<Object>>();
    for (var actor : actors) {
      refs.add(call(actor, round));
    }
    var left = new ArrayList<>(refs);
    while (!left.isEmpty()) {
      var next = READERS.equals("inOrder")
          ? left.getFirst()
          : runtime.wait(left, 1, Duration.ofMinutes(2)).ready().getFirst();
      left.remove(next);
      read(next, round);
    }
  }

  @SuppressWarnings("unchecked")
  private static ObjectRef<Object> call(ActorHandle<Maker> actor, int mark) {
    return (ObjectRef<Object>) (ObjectRef<?>)
        (KIND.equals("tensor")
            ? actor.call(Maker::tensor, mark).remote()
            : actor.call(Maker::bytes, mark).remote());
  }

  private static void read(ObjectRef<Object> ref, int mark) {
    long began = System.nanoTime();
    try {
      var value = ref.get();
      boolean right = switch (value) {
        case byte[] bytes -> bytes.length == SIZE && bytes[SIZE - 1] == (byte) mark;
        case Tensor tensor -> tensor.dtype() == DType.INT8
            && tensor.size() == SIZE
            && tensor.getByte(SIZE - 1) == (byte) mark;
        default -> false;
      };
      if (CLOSES && value instanceof Tensor tensor) {
        tensor.close();
      }
      if (!right) {
        FAILED.incrementAndGet();
        System.out.println("WRONG value");
      }
    } catch (RuntimeException e) {
      FAILED.incrementAndGet();
      say("WRONG after %d ms: %s", (System.nanoTime() - began) / 1_000_000, e);
    } finally {
      ref.close();
    }
  }

  private static void say(String form, Object... parts) {
    System.out.printf("%6.1f s  ", (System.nanoTime() - start) / 1e9);
    System.out.printf(form + "%n", parts);
  }
}
