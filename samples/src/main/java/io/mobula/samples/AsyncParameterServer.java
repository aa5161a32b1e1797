package io.mobula.samples;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Locale;

/**
 * Asynchronous parameter server on one actor: each gradient is applied as soon as it arrives, and
 * its worker continues with the newest weights while the other workers still compute with older
 * ones.
 */
public final class AsyncParameterServer {
  private static final int WORKERS = 4;

  private AsyncParameterServer() {}

  /** Actor with the weights: one method runs at a time, so no lock is needed. */
  static final class Server {
    private final float[] weights = new float[LinearProblem.SIZE];

    float[] apply(float[] gradient) {
      LinearProblem.descend(weights, gradient);
      return weights;
    }

    float[] weights() {
      return weights;
    }
  }

  /** Trains the weights; the argument is the number of updates. */
  public static void main(String[] args) {
    int updates = args.length > 0 ? Integer.parseInt(args[0]) : 600;
    try (MobulaRuntime runtime = Mobula.init()) {
      var server = runtime.actor(Server::new).remote();
      var running = new ArrayList<ObjectRef<float[]>>();
      for (long worker = 0; worker < WORKERS; worker++) {
        var weights = server.call(Server::weights).remote();
        running.add(Mobula.task(LinearProblem::gradient, weights, worker).remote());
      }
      for (long update = 0; update < updates; update++) {
        var gradient = Mobula.wait(running, 1, Duration.ofMinutes(1)).ready().getFirst();
        running.remove(gradient);
        var weights = server
            .call(Server::apply, gradient)
            .remote(); // the gradient is never sent to this process
        running.add(
            Mobula.task(LinearProblem::gradient, weights, WORKERS + update).remote());
      }
      double loss = LinearProblem.loss(server.call(Server::weights).remote().get());
      System.out.printf(Locale.ROOT, "asynchronous: loss %.6f after %d updates%n", loss, updates);
    }
  }
}
