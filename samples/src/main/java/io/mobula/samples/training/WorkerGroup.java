package io.mobula.samples.training;

import io.mobula.ActorHandle;
import io.mobula.MobulaRuntime;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** The worker actors of one training, one for each rank. For one thread. */
public final class WorkerGroup implements AutoCloseable {
  private final MobulaRuntime runtime;
  private final List<? extends ActorHandle<? extends TrainingActor>> workers;

  /**
   * Starts the workers and waits until all have joined: nobody begins before.
   *
   * @param starter starts the worker of a rank
   */
  public WorkerGroup(
      MobulaRuntime runtime, int size, IntFunction<ActorHandle<? extends TrainingActor>> starter) {
    this.runtime = runtime;
    this.workers = IntStream.range(0, size).mapToObj(starter).toList();
    runtime.get(workers.stream()
        .map(worker -> worker.call(TrainingActor::steps).remote())
        .toList());
  }

  /**
   * Has every worker make so many more steps.
   *
   * @return for each step the mean over the workers' losses
   */
  public double[] learn(int steps) {
    var losses = runtime.get(workers.stream()
        .map(worker -> worker.call(TrainingActor::learn, steps).remote())
        .toList());
    return IntStream.range(0, steps)
        .mapToDouble(step -> losses.stream().mapToDouble(of -> of[step]).sum() / losses.size())
        .toArray();
  }

  /** Has the workers leave, and ends them. */
  @Override
  public void close() {
    try {
      runtime.get(workers.stream()
          .map(worker -> worker.tell(TrainingActor::leave).remote())
          .toList());
    } finally {
      workers.forEach(ActorHandle::kill);
    }
  }
}
