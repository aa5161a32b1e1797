import io.mobula.LocalCluster;
import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;
import io.mobula.tensor.Tensor;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * 400 gets of values of 1 KiB to 12 MiB while other threads put, in a store of 128 MiB that has
 * room for a third of the values. Every get must return the right value. The argument is the seed.
 *
 * <p>{@code -Dnodes=}0, or 1 to read in the driver what a node has made; {@code -Dshare=}false as
 * if that node were on another host.
 */
public final class GetsWhileSpilling {
  private static final int GETS = 400;
  private static final int READERS = 4;
  private static final int WRITERS = 2;
  private static final int PLACES = 64; // of 6 MiB on average

  private static final AtomicInteger GOTTEN = new AtomicInteger();
  private static final AtomicInteger PUTS = new AtomicInteger();
  private static final AtomicInteger WRONG = new AtomicInteger();

  private GetsWhileSpilling() {}

  private record Placed(ObjectRef<?> ref, int size, byte mark) {}

  /** Returns bytes that are all the same. */
  public static byte[] made(int size, byte mark) {
    var bytes = new byte[size];
    Arrays.fill(bytes, mark);
    return bytes;
  }

  /** Returns a tensor of bytes that are all the same. */
  public static Tensor tensor(int size, byte mark) {
    return Tensor.of(made(size, mark), size);
  }

  /** Exits with 1 and lines WRONG where a get failed or returned another value. */
  public static void main(String[] words) throws Exception {
    long seed = Long.parseLong(words[0]);
    var settings = Mobula.settings()
        .storeCapacity(128L << 20)
        .spillTo(Files.createTempDirectory("gets-while-spilling"))
        .set("mobula.store.share-host", Boolean.parseBoolean(System.getProperty("share", "true")));
    long began = System.nanoTime();
    if (Integer.getInteger("nodes", 0) == 0) {
      try (var runtime = Mobula.init(settings.cpus(4))) {
        run(runtime, false, seed);
        System.out.println(runtime.storeUsage());
      }
    } else {
      try (var cluster =
          LocalCluster.builder().nodes(1).cpusPerNode(4).settings(settings).start()) {
        run(cluster.runtime(), true, seed);
      }
    }
    System.out.printf(
        "seed %d: %d gets, %d puts, %d wrong, %.1f s%n",
        seed, GOTTEN.get(), PUTS.get(), WRONG.get(), (System.nanoTime() - began) / 1e9);
    System.exit(WRONG.get() == 0 ? 0 : 1);
  }

  private static void run(MobulaRuntime runtime, boolean elsewhere, long seed) throws Exception {
    var places = new Place[PLACES];
    var random = new Random(seed);
    for (int i = 0; i < PLACES; i++) {
      places[i] = new Place(runtime, elsewhere);
      places[i].replace(random);
    }
    var over = new AtomicBoolean();
    try (var threads = Executors.newFixedThreadPool(READERS + WRITERS)) {
      var writers = new ArrayList<Future<?>>();
      for (int i = 0; i < WRITERS; i++) {
        var own = new Random(seed * 31 + i);
        writers.add(threads.submit(() -> {
          while (!over.get()) {
            places[own.nextInt(PLACES)].replace(own);
          }
        }));
      }
      var readers = new ArrayList<Future<?>>();
      for (int i = 0; i < READERS; i++) {
        var own = new Random(seed * 37 + i);
        readers.add(threads.submit(() -> {
          for (int left = GETS / READERS; left > 0; left--) {
            places[own.nextInt(PLACES)].read();
          }
        }));
      }
      try {
        for (var each : readers) {
          each.get();
        }
      } finally {
        over.set(true);
      }
      for (var each : writers) {
        each.get();
      }
    }
    List.of(places).forEach(place -> place.placed.ref().close());
  }

  /** Place of one value. A lock keeps reads and replacements apart. */
  private static final class Place {
    private final MobulaRuntime runtime;
    private final boolean elsewhere;
    private volatile Placed placed;

    Place(MobulaRuntime runtime, boolean elsewhere) {
      this.runtime = runtime;
      this.elsewhere = elsewhere;
    }

    synchronized void replace(Random random) {
      int size = random.nextInt(4) == 0 ? 1024 + random.nextInt(1 << 20) : random.nextInt(12 << 20);
      byte mark = (byte) random.nextInt();
      boolean isTensor = random.nextBoolean();
      var former = placed;
      try {
        ObjectRef<?> ref;
        if (elsewhere) {
          ref = isTensor
              ? runtime.task(GetsWhileSpilling::tensor, size, mark).remote()
              : runtime.task(GetsWhileSpilling::made, size, mark).remote();
          runtime.wait(List.of(ref), 1, Duration.ofMinutes(1)); // otherwise calls pile up
        } else {
          ref = isTensor ? runtime.put(tensor(size, mark)) : runtime.put(made(size, mark));
        }
        placed = new Placed(ref, size, mark);
        PUTS.incrementAndGet();
      } catch (RuntimeException e) {
        wrong("put of " + size + ": " + e);
        return;
      }
      if (former != null) {
        former.ref().close();
      }
    }

    synchronized void read() {
      var present = placed;
      try {
        var bytes = switch (present.ref().get()) {
          case byte[] array -> array;
          case Tensor tensor -> tensor.toByteArray();
          default -> new byte[0];
        };
        if (bytes.length != present.size() || !allAre(bytes, present.mark())) {
          wrong("value of " + present.size());
        }
      } catch (RuntimeException e) {
        wrong("get of " + present.size() + ": " + e);
      }
      GOTTEN.incrementAndGet();
    }
  }

  private static boolean allAre(byte[] bytes, byte mark) {
    for (byte each : bytes) {
      if (each != mark) {
        return false;
      }
    }
    return true;
  }

  private static void wrong(String what) {
    WRONG.incrementAndGet();
    System.out.println("WRONG " + what);
  }
}
