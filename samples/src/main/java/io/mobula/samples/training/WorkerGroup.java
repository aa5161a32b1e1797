package io.mobula.samples.training;

import io.mobula.ActorHandle;
import io.mobula.MobulaRuntime;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** Group of the worker actors of one training, one for each rank. For one thread. */
public final class WorkerGroup implements AutoCloseable {
  private final MobulaRuntime runtime;
  private final List<? extends ActorHandle<? extends TrainingActor>> workers;

  /**
   * Starts the workers and waits until all have joined, so that none begins before.
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
   * Runs {@code steps} further steps on every worker.
   *
   * @return for each step the mean of the workers' losses
   */
  public double[] learn(int steps) {
    var losses = runtime.get(workers.stream()
        .map(worker -> worker.call(TrainingActor::learn, steps).remote())
        .toList());
    return IntStream.range(0, steps)
        .mapToDouble(step -> losses.stream().mapToDouble(of -> of[step]).sum() / losses.size())
        .toArray();
  }

  /** Makes the workers leave their table, and ends them. */
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
