package io.mobula.samples;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;
import java.util.List;
import java.util.Locale;
import java.util.stream.LongStream;

/**
 * Synchronous parameter server on one actor: in each round all workers compute with the same
 * weights, and their gradients are applied together. The result does not depend on the workers'
 * speed.
 */
public final class SyncParameterServer {
  private static final int WORKERS = 4;

  private SyncParameterServer() {}

  /** Actor with the weights. */
  static final class Server {
    private final float[] weights = new float[LinearProblem.SIZE];

    /**
     * Applies all gradients of a round. Refs inside a list stay refs: the server fetches their
     * values itself.
     */
    float[] applyAll(List<ObjectRef<float[]>> gradients) {
      Mobula.<float[]>get(gradients).forEach(gradient -> LinearProblem.descend(weights, gradient));
      return weights;
    }

    float[] weights() {
      return weights;
    }
  }

  /** Trains the weights; the argument is the number of rounds. */
  public static void main(String[] args) {
    int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 150;
    try (MobulaRuntime runtime = Mobula.init()) {
      var server = runtime.actor(Server::new).remote();
      var weights = server.call(Server::weights).remote();
      for (long round = 0; round < rounds; round++) {
        var gradients = gradients(weights, round * WORKERS);
        weights = server.call(Server::applyAll, gradients).remote();
      }
      double loss = LinearProblem.loss(weights.get()); // the only statement that waits
      System.out.printf(Locale.ROOT, "synchronous: loss %.6f after %d rounds%n", loss, rounds);
    }
  }

  private static List<ObjectRef<float[]>> gradients(ObjectRef<float[]> weights, long firstSeed) {
    return LongStream.range(firstSeed, firstSeed + WORKERS)
        .mapToObj(seed -> Mobula.task(LinearProblem::gradient, weights, seed).remote())
        .toList();
  }
}
