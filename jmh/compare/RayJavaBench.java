import io.ray.api.ActorHandle;
import io.ray.api.ObjectRef;
import io.ray.api.Ray;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The microbenchmark's workloads through Ray's own Java API, timed as ray_perf.py does: a second of
 * warm-up, then four rounds of the given seconds.
 *
 * <p>The script compare compiles and starts this program, with ray_dist.jar on the class path,
 * against a running node: -Dray.address=HOST:PORT, -Dray.job.code-search-path=ITS_JAR.
 */
public final class RayJavaBench {
  private static final int BATCH = 1000;
  private static final int DOUBLES = 12_500_000;

  private RayJavaBench() {}

  public static byte[] smallValue() {
    return new byte[] {'o', 'k'};
  }

  /** Actor that is called by the driver. */
  public static final class Server {
    public byte[] smallValue() {
      return RayJavaBench.smallValue();
    }
  }

  public static void main(String[] args) {
    double seconds = args.length > 0 ? Double.parseDouble(args[0]) : 2;
    Ray.init();
    try {
      ObjectRef<Integer> value = Ray.put(0);
      time("single client get calls", 1, seconds, () -> Ray.get(value));
      time("single client put calls", 1, seconds, () -> Ray.put(0));
      double[] doubles = new double[DOUBLES];
      time("single client put gigabytes", 0.1, seconds, () -> Ray.put(doubles));
      time("single client tasks sync", 1, seconds, () -> Ray.task(RayJavaBench::smallValue).remote().get());
      time("single client tasks async", BATCH, seconds, () -> {
        List<ObjectRef<byte[]>> refs = new ArrayList<>(BATCH);
        for (int i = 0; i < BATCH; i++) {
          refs.add(Ray.task(RayJavaBench::smallValue).remote());
        }
        Ray.get(refs);
      });
      ActorHandle<Server> server = Ray.actor(Server::new).remote();
      time("1:1 actor calls sync", 1, seconds, () -> server.task(Server::smallValue).remote().get());
      time("1:1 actor calls async", BATCH, seconds, () -> {
        List<ObjectRef<byte[]>> refs = new ArrayList<>(BATCH);
        for (int i = 0; i < BATCH; i++) {
          refs.add(server.task(Server::smallValue).remote());
        }
        Ray.get(refs);
      });
    } finally {
      Ray.shutdown();
    }
  }

  private static void time(String name, double weight, double seconds, Runnable work) {
    long start = System.nanoTime();
    long count = 0;
    while (System.nanoTime() - start < 1e9) {
      work.run();
      count++;
    }
    long step = count / 10 + 1;
    double sum = 0;
    double squares = 0;
    for (int round = 0; round < 4; round++) {
      start = System.nanoTime();
      count = 0;
      while (System.nanoTime() - start < seconds * 1e9) {
        for (long i = 0; i < step; i++) {
          work.run();
        }
        count += step;
      }
      double rate = weight * count * 1e9 / (System.nanoTime() - start);
      sum += rate;
      squares += rate * rate;
    }
    double mean = sum / 4;
    System.out.printf(
        Locale.ROOT,
        "%s per second %.2f +- %.2f%n",
        name,
        mean,
        Math.sqrt(Math.max(0, squares / 4 - mean * mean)));
  }
}
